// A link or QR code may carry the PIN behind a '#', which no browser sends along.
const field = document.getElementById("pin");

function enter() {
  const pin = location.hash.slice(1);
  if (!/^\d{8}$/.test(pin)) return;
  history.replaceState(null, "", location.pathname + location.search);
  field.value = pin;
  field.form.requestSubmit();
}

// After a wrong PIN the page is there already: a link then changes nothing but what stands behind the '#'.
addEventListener("hashchange", enter);
enter();
