#!/bin/sh
# Runs a study on Slurm in 24 shards and compares it with a single run. Usage: study.sh FOLDER [arguments for sbatch]
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
config=${CONFIG:-$top/config.yml}
experiment=${EXPERIMENT:-quickstart}
quadrat=$top/node_modules/.bin/quadrat
folder=${1:?usage: study.sh FOLDER [arguments for sbatch]}
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

waited() { # until none of these jobs is in the queue any more
  while [ -n "$(squeue --noheader --jobs "$1" 2>/dev/null)" ]; do sleep 2; done
}

"$quadrat" run --config "$config" --experiment "$experiment" --set "export.directory=$folder/single" --quiet
"$quadrat" shard plan "$folder/plan" --shards 24 --slurm \
  --config "$config" --experiment "$experiment" --set "export.directory=$folder/collected" --quiet

cd "$folder/plan"
job=$(sbatch --parsable "$@" shards.sbatch)
waited "$job"
left=$("$quadrat" shard status "$folder/plan" --json | sed -n 's/^  "array": "\(.*\)",$/\1/p')
if [ -n "$left" ]; then
  echo "once more: $left"
  job=$(sbatch --parsable --array="$left" "$@" shards.sbatch)
  waited "$job"
fi
job=$(sbatch --parsable "$@" collect.sbatch)
waited "$job"

cd "$folder/single"
sha256sum -- *.csv *.json *.parquet *.arrow *.csv.gz 2>/dev/null >../single.sha256 || true
cd "$folder/collected"
sha256sum --check ../single.sha256
