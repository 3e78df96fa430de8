"""Wi-Fi: the device's own access point, a Wi-Fi it joins instead, and codes that open its page."""
