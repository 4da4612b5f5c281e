"""Follow projects through the procedure of the notice, from the dates that people keep."""
