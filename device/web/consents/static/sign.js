// Signing on the screen: strokes become an SVG path of whole numbers, which the form sends. Without scripts there is paper.
const form = document.getElementById("sign");
const canvas = form.querySelector("canvas");
const context = canvas.getContext("2d");
const LEAST_STEP = 3;
const LONGEST = 20000;
let path = "";
let last = null;

document.getElementById("field").hidden = false;
context.lineWidth = 4;
context.lineCap = context.lineJoin = "round";
context.strokeStyle = "#111";

function place({ clientX, clientY }) {
  const box = canvas.getBoundingClientRect();
  const within = (share, whole) => Math.round(Math.min(1, Math.max(0, share)) * whole);
  return [within((clientX - box.left) / box.width, canvas.width), within((clientY - box.top) / box.height, canvas.height)];
}

function draw(point) {
  context.beginPath();
  context.moveTo(...last);
  context.lineTo(...point);
  context.stroke();
  path += `L${point[0]} ${point[1]}`;
  last = point;
}

canvas.addEventListener("pointerdown", (event) => {
  if (path.length > LONGEST - 20) return;
  canvas.setPointerCapture(event.pointerId);
  last = place(event);
  path += `M${last[0]} ${last[1]}`;
  // A dot is a stroke too.
  draw([...last]);
});
canvas.addEventListener("pointermove", (event) => {
  if (!last || path.length > LONGEST - 10) return;
  const point = place(event);
  if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= LEAST_STEP) draw(point);
});
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });

document.getElementById("again").addEventListener("click", () => {
  context.clearRect(0, 0, canvas.width, canvas.height);
  path = "";
});
form.addEventListener("submit", () => { form.elements.signature.value = path; });
