"""Still pictures and animations, read and written with Pillow."""
