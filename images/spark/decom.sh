#!/bin/bash
# The stop hook of an executor when decommissioning is on: asks its JVM to hand its blocks to other executors (SIGPWR is
# Spark's sign for that), then holds the container's end back until it has left. The pod's grace period is the last word.
set -euo pipefail
executor=$(pgrep --oldest --exact java) || exit 0
kill -s PWR "$executor" || exit 0
while kill -0 "$executor" 2>/dev/null; do
  sleep 1
done
