"""The model of the browser and real browsers play the same random cases, and must do the same."""
