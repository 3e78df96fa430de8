// Makes the picture of a finding zoomable: wheel, pinch, double tap, buttons, and + - arrows by keyboard.
const MOST = 8, STEP = 1.5, MOVE = 40;

export function bindZoom(root) {
  const view = root.querySelector(".picture"), bar = root.querySelector(".zoom");
  if (!view || !bar) return;
  const sheet = view.querySelector(".sheet"), pointers = new Map();
  let scale = 1, x = 0, y = 0, spread = 0;

  function apply() {
    const { width, height } = view.getBoundingClientRect();
    // No edge comes further in than the frame.
    x = Math.min(0, Math.max(x, width * (1 - scale)));
    y = Math.min(0, Math.max(y, height * (1 - scale)));
    sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    view.style.touchAction = scale > 1 ? "none" : "pan-x pan-y";
    bar.querySelector("output").value = `${Math.round(scale * 10) / 10}×`;
  }

  function zoomAt(factor, left, top) {
    const next = Math.min(MOST, Math.max(1, scale * factor));
    x = left - (left - x) * next / scale;
    y = top - (top - y) * next / scale;
    scale = next;
    apply();
  }

  const middle = () => [view.clientWidth / 2, view.clientHeight / 2];
  const within = (event) => { const box = view.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

  bar.querySelector(".in").addEventListener("click", () => zoomAt(STEP, ...middle()));
  bar.querySelector(".out").addEventListener("click", () => zoomAt(1 / STEP, ...middle()));
  view.addEventListener("dblclick", (event) => zoomAt(scale < MOST ? 2 : 0, ...within(event)));
  view.addEventListener("wheel", (event) => {
    // The page scrolls on where there is nothing to zoom out of.
    if (event.deltaY > 0 && scale === 1) return;
    event.preventDefault();
    zoomAt(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...within(event));
  }, { passive: false });
  view.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [MOVE, 0], ArrowRight: [-MOVE, 0], ArrowUp: [0, MOVE], ArrowDown: [0, -MOVE] };
    if (event.key === "+") zoomAt(STEP, ...middle());
    else if (event.key === "-") zoomAt(1 / STEP, ...middle());
    else if (event.key in moves && scale > 1) { x += moves[event.key][0]; y += moves[event.key][1]; apply(); }
    else return;
    event.preventDefault();
  });

  view.addEventListener("pointerdown", (event) => { pointers.set(event.pointerId, within(event)); spread = 0; });
  for (const end of ["pointerup", "pointercancel", "pointerleave"])
    view.addEventListener(end, (event) => { pointers.delete(event.pointerId); spread = 0; });
  view.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = within(event);
    pointers.set(event.pointerId, now);
    if (pointers.size === 2) {
      const [[ax, ay], [bx, by]] = pointers.values(), apart = Math.hypot(ax - bx, ay - by);
      if (spread) zoomAt(apart / spread, (ax + bx) / 2, (ay + by) / 2);
      spread = apart;
    } else if (scale > 1) {
      x += now[0] - before[0];
      y += now[1] - before[1];
      apply();
    }
  });
  view.tabIndex = 0;
  bar.hidden = false;
  apply();
}
