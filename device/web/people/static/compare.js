// Uncovers the later picture from the right, as far as the slider says.
const slide = document.getElementById("slide");

if (slide) {
  const later = document.querySelector(".laid img + img");
  const show = () => { later.style.clipPath = `inset(0 0 0 ${100 - slide.value}%)`; };
  slide.closest("p").hidden = false;
  slide.addEventListener("input", show);
  show();
}
