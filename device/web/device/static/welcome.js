// Compares the device's clock with this phone's, and sends the phone's when asked.
const form = document.getElementById("clock");
const seconds = () => Math.round(Date.now() / 1000);

if (form) {
  const agree = Math.abs(seconds() - Number(form.dataset.now)) <= Number(form.dataset.near);
  document.getElementById("agrees").textContent = agree ? form.dataset.right : form.dataset.wrong;
  form.querySelector("button").hidden = agree;
  form.addEventListener("submit", () => { form.elements.now.value = seconds(); });
}
