"""The version of the drawing, apart, so that it can be known without loading anything that draws."""

ENGINE = "animatic-4"
"""Whatever changes a picture changes it, so that old takes are never mistaken for new ones."""
