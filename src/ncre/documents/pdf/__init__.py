"""Pages as PDF: the canvas, fonts cut to what is drawn, lines broken, the signature."""
