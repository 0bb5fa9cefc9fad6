"""Parametric objects: lit, turning solids (vessels, devices, garments, goods) built from words, and the sets they stand on."""
