"""Say which gates and walls would bring people nearer to what they need, if they were opened to all."""
