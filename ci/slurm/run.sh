#!/usr/bin/env bash
# The Slurm test where a real Slurm can be had, installing Debian's packages where that is possible.
# Exit code 0 passed; 1 failed; 4 not run, which it says loudly.
set -uo pipefail
cd "$(dirname "$0")/../.."
PATH="$PATH:/usr/sbin:/sbin"

installed() {
  for program in sbatch slurmctld slurmd munged mungekey; do
    command -v "$program" >/dev/null || return
  done
}

if ! installed; then
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo -n)
  "${sudo[@]}" apt-get update -q >/dev/null &&
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -qy --no-install-recommends slurm-wlm munge >/dev/null ||
    echo 'slurm: apt-get could not install slurm-wlm and munge' >&2
fi
ci/slurm/cluster.sh with node ci/slurm/test.mjs
status=$?
if [ "$status" -eq 4 ]; then
  printf '%s\n' '!!!!' '!!!! SKIPPED: the Slurm test DID NOT RUN; nothing is known of --launcher slurm on this machine.' \
    '!!!! The reason is said above (slurm: ...).' '!!!!' >&2
fi
exit "$status"
