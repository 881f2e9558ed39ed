#!/bin/sh
# Kills the commands of a plugin that was killed. The plugin writes "+ GROUP" when it starts a process group and
# "- GROUP" when the group has ended. When the plugin ends and so closes our input, the remaining groups are killed.
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
