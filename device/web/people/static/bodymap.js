// Picks a region on the map without leaving the form. Without scripts, the same links load the form anew.
const list = document.getElementById("region");
const areas = document.querySelectorAll(".bodymap a[data-region]");

function show() {
  for (const area of areas) {
    const chosen = area.dataset.region === list.value;
    area.querySelector("path").classList.toggle("chosen", chosen);
    // On a phone the other side may be out of sight.
    const map = area.closest(".bodymap"), side = area.closest("figure");
    if (chosen) map.scrollTo({ left: side.offsetLeft - map.offsetLeft });
  }
}

for (const area of areas) {
  area.addEventListener("click", (event) => {
    event.preventDefault();
    list.value = area.dataset.region;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

list?.addEventListener("change", () => {
  show();
  // Who says where a new lesion is means a new one.
  const fresh = document.querySelector('input[type="radio"][name="lesion"][value="new"]');
  if (fresh) fresh.checked = true;
});
if (list) show();
