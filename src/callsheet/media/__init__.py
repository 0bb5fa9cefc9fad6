"""The only package that touches codecs, sound, type and drawing.

It is imported module by module, so that asking for the plan of a film does not load a codec.
"""
