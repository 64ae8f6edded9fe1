#!/usr/bin/env bash
# A handler for "+/temperature" never sees the topic "/temperature".
#
# One would expect: a topic level may be empty, and `+` matches one level of any text, so also an empty one. MQTT 3.1.1 gives the examples itself:
# "/finance" matches "+/+" and "/+" (section 4.7.1.3), and "sport/+" matches "sport/".
#
# What happens: `matches` and `exec` of this library compare the text of a level with nothing before they look at the wildcard: an empty level is
# refused by `+`, wherever it stands. So the broker delivers the message and the handler is not called. Levels with text are right. `#` takes
# empty levels, but with a name, as in "sport/#rest", it no longer matches the parent "sport", which "sport/#" does.
#
# Package: npm mqtt-pattern 2.1.1. npm mqtt-match 3.0.0 and mqtt-wildcard 3.0.9, run on the same pairs, are right.
# Concerns: boards whose topics begin with a slash, or that leave a level empty. A way round it: drop the first slash before matching.
# Needs bash, Node 20 or newer, npm and its registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >npm.log
npm install --silent --no-audit --no-fund mqtt-pattern@2.1.1 mqtt-match@3.0.0 mqtt-wildcard@3.0.9

cat >finding.js <<'EOF'
const pattern = require("mqtt-pattern");
const match = require("mqtt-match");
const wildcard = require("mqtt-wildcard");

// Filter, topic, what the standard says, what mqtt-pattern says.
const pairs = [
  ["+/+", "/finance", true, false],
  ["/+", "/finance", true, true],
  ["+", "/finance", false, false],
  ["+/temperature", "/temperature", true, false],
  ["boards/+/temperature", "boards//temperature", true, false],
  ["boards/+/temperature", "boards/7/temperature", true, true],
  ["sport/+", "sport/", true, false],
  ["sport/+", "sport", false, false],
  ["sport/#", "sport", true, true],
  ["sport/#", "sport//", true, true],
];
let same = true;
for (const [filter, topic, standard, stated] of pairs) {
  const seen = pattern.matches(filter, topic);
  const others = [match(filter, topic), wildcard(topic, filter) !== null];
  console.log(`${filter} and ${topic}: ${standard} by the standard, mqtt-pattern ${seen}, mqtt-match ${others[0]}, mqtt-wildcard ${others[1]}`);
  same &&= seen === stated && others.every((other) => other === standard);
}
// Names of wildcards are this library's own. The standard's filter is what `clean` makes of them.
const named = "sport/#rest";
console.log(`${named} and sport: ${pattern.matches(named, "sport")}; ${pattern.clean(named)} and sport: ${pattern.matches(pattern.clean(named), "sport")}`);
same &&= !pattern.matches(named, "sport") && pattern.matches(pattern.clean(named), "sport");
same &&= pattern.exec("+room/temperature", "/temperature") === null;

console.log(same ? "as stated" : "CHANGED");
process.exit(same ? 0 : 1);
EOF
node finding.js
