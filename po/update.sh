#!/bin/sh
# Brings po/*.po up to date with the texts marked in the sources. Needs gettext's tools.
#
#   po/update.sh [SOURCEDIR]
set -eu
cd "${1:-$(dirname "$0")/..}"
sh po/extract.sh . po/sipwhy.pot
for catalogue in po/*.po; do
    msgmerge --quiet --update --backup=none --no-fuzzy-matching --width=98 "$catalogue" po/sipwhy.pot
    msgattrib --no-obsolete --width=98 -o "$catalogue" "$catalogue"
    sed -i '/^"POT-Creation-Date:/d; /^"Report-Msgid-Bugs-To:/d' "$catalogue" # changes for nothing
    echo "$catalogue: $(msgfmt --statistics -o /dev/null "$catalogue" 2>&1)"
done
rm -f po/sipwhy.pot
