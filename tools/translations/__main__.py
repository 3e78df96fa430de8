"""Bring every catalog up to date, compile it, and say what is still to be translated."""

from tools.translations.catalogs import TRANSLATED, lacking, updated, write


def main() -> int:
    """0 when nothing is missing in any language."""
    missing = 0
    for language in TRANSLATED:
        catalog = updated(language)
        write(catalog)
        for message in lacking(catalog):
            print(f"{language}: {message.id!r}")
            missing += 1
    print(f"{missing} texts are to be translated" if missing else "every text is translated")
    return int(missing > 0)


if __name__ == "__main__":
    raise SystemExit(main())
