import { bindFinding } from "./finding.js";
import { bindZoom } from "./zoom.js";

bindFinding(document);
bindZoom(document);
