"""The animatic: each shot of the board drawn on the CPU, from its fields alone.

Layered 2.5D pictures with light, weather, figures and a moving camera. `draw` is the way in; it loads skia, so nothing is imported here.
"""
