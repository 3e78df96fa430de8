// The slider under a finding sets how strongly the saliency covers the picture.
export function bindFinding(root) {
  const slider = root.querySelector(".opacity");
  const overlay = root.querySelector(".saliency");
  if (!slider || !overlay) return;
  const apply = () => { overlay.style.opacity = slider.value / 100; };
  slider.addEventListener("input", apply);
  apply();
}
