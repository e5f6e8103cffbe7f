"""Where policies and origins may live."""
