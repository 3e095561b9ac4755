"""Put the table of the families into the README.

python tools/list_families.py
"""

import argparse
from pathlib import Path

README = Path("README.md")


def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()

    from keras_gan_zoo import zoo

    table = zoo.families_table()
    print(table)
    if not zoo.refresh_readme(README, table, "families"):
        start, end = zoo.markers("families")
        print(f"{README} has no place for it: {start} {end}")


if __name__ == "__main__":
    main()
