"""What ships for those who write providers: a stage on which an adapter meets its stand-in, and the contracts that
providers and judges of faces keep."""
