"""`python -m callsheet`: the command line."""

from callsheet.cli import main

if __name__ == "__main__":
    main()
