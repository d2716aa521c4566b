"""`python -m anglipy` is the command `anglipy`."""

from anglipy.cli import main

if __name__ == "__main__":
    main()
