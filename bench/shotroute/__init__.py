"""ShotRoute: replay real human ratings of AI video takes, and compare the product's routing with what others do."""
