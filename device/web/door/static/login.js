// A link or QR code may carry the PIN behind a '#', which no browser sends along.
const pin = location.hash.slice(1), field = document.getElementById("pin");
if (/^\d{8}$/.test(pin)) {
  history.replaceState(null, "", location.pathname + location.search);
  field.value = pin;
  field.form.requestSubmit();
}
