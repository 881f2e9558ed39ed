#!/bin/sh
# Ends the commands of a plugin that was killed: it writes "+ GROUP" when it starts a process group and
# "- GROUP" when that has ended; when it closes our input without a word, what is left is killed.
groups=" "
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
  esac
done
for group in $groups; do
  kill -s KILL -- "-$group" 2>/dev/null
done
