#!/usr/bin/env bash
# A real Slurm on one machine, from Debian's packages: munged, slurmctld and two slurmd (two nodes, so that one can be
# drained while the other works). All state lies in one folder, all ports are free ones; no systemd, no cgroups.
#
#   ci/slurm/cluster.sh up DIR [CPUS]     starts it; then `export SLURM_CONF=DIR/slurm.conf` and use sbatch, squeue, ...
#   ci/slurm/cluster.sh down DIR          cancels its jobs and ends every process that `up` started
#   ci/slurm/cluster.sh with COMMAND...   runs the command with SLURM_CONF set; ends everything afterwards, whatever happens
#
# CPUS is per node (default: 2). Exit code 4 where the packages are missing or Slurm does not start.
set -uo pipefail

say() { echo "slurm: $*" >&2; }

# Programs of the daemons live where only root has its PATH.
PATH="$PATH:/usr/sbin:/sbin"

check_packages() {
  local program missing=()
  for program in munged mungekey slurmctld slurmd sbatch squeue scontrol sinfo scancel node; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "needs ${missing[*]}, found none - run: apt-get install --no-install-recommends slurm-wlm munge"
  exit 4
}

free_ports() {
  node -e '
    const servers = [0, 1, 2].map(() => require("node:net").createServer().listen(0));
    let left = servers.length;
    const ready = () => {
      if (--left > 0) return;
      console.log(servers.map(server => server.address().port).join(" "));
      for (const server of servers) server.close();
    };
    for (const server of servers) server.once("listening", ready);'
}

# Starts a daemon in the foreground of its own session, and writes down its process.
start() {
  local dir=$1 name=$2
  shift 2
  setsid "$@" >"$dir/$name.out" 2>&1 </dev/null &
  echo "$! $name" >>"$dir/pids"
}

write_conf() {
  local dir=$1 cpus=$2 host user ports
  host=$(hostname -s) user=$(id -un)
  read -r -a ports < <(free_ports)
  cat >"$dir/slurm.conf" <<END
ClusterName=flatcheck
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
# a requeued job waits until its old credential has expired
AuthInfo=socket=$dir/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
# two nodes share one machine: each has what is said here, whatever it finds
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2
ReturnToService=2
KillWait=5
MinJobAge=60
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=$cpus RealMemory=2000
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=$cpus RealMemory=2000
PartitionName=main Nodes=node1,node2 Default=YES MaxTime=INFINITE State=UP
END
}

wait_for() {
  local what=$1 tries=$2
  shift 2
  while ! "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      say "$what did not come up within its time"
      return 1
    fi
    sleep 0.2
  done
}

nodes_idle() { [ "$(sinfo --noheader --Node --format=%T)" = $'idle\nidle' ]; }

up() {
  local dir=$1 cpus=${2:-2}
  check_packages
  mkdir -p "$dir" && chmod 755 "$dir" && dir=$(cd "$dir" && pwd -P) || exit 4
  if [ -e "$dir/pids" ]; then
    say "$dir has a cluster already - run: $0 down $dir"
    exit 4
  fi
  mkdir -p "$dir/state" "$dir/spool-node1" "$dir/spool-node2"
  : >"$dir/pids"
  write_conf "$dir" "$cpus"
  export SLURM_CONF="$dir/slurm.conf"
  mungekey --create --keyfile="$dir/munge.key" || exit 4
  start "$dir" munged munged --foreground --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
    --pid-file="$dir/munged.pid" --log-file="$dir/munged.log" --seed-file="$dir/munged.seed"
  if wait_for munged 50 test -S "$dir/munge.socket"; then
    start "$dir" slurmctld slurmctld -D -i
    start "$dir" node1 slurmd -D -N node1
    start "$dir" node2 slurmd -D -N node2
    if wait_for slurmctld 100 scontrol ping && wait_for 'two idle nodes' 150 nodes_idle; then
      say "$(slurmctld -V) with two nodes is up: export SLURM_CONF=$SLURM_CONF"
      return
    fi
  fi
  tail -n 5 "$dir"/*.out "$dir"/*.log >&2
  down "$dir"
  exit 4
}

# Ends a process that `up` started: the number must still belong to it. Daemons are asked first.
end() {
  local pid=$1 tries=50
  kill "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do
    tries=$((tries - 1))
    [ "$tries" -eq 0 ] && kill -KILL "$pid" 2>/dev/null && return
    sleep 0.1
  done
}

down() {
  local dir=$1 pid name
  dir=$(cd "$dir" 2>/dev/null && pwd -P) && [ -e "$dir/pids" ] || return 0
  export SLURM_CONF="$dir/slurm.conf"
  if scontrol ping >/dev/null 2>&1; then
    scancel --user="$(id -un)" 2>/dev/null
    wait_for 'the end of all jobs' 75 sh -c 'test -z "$(squeue --noheader)"'
  fi
  while read -r pid name; do
    if grep -qaE 'munged|slurmctld|slurmd' "/proc/$pid/cmdline" 2>/dev/null; then end "$pid"; fi
  done < <(tac "$dir/pids")
  rm -f "$dir/pids"
  say 'ended'
}

with() {
  dir=$(mktemp -d "${TMPDIR:-/tmp}/flatcheck-slurm-XXXXXX")
  trap 'down "$dir"; rm -rf "$dir"' EXIT
  child=
  trap '[ -n "$child" ] && kill "$child" 2>/dev/null; exit 130' INT TERM
  up "$dir"
  "$@" &
  child=$!
  wait "$child"
}

case "${1:-}" in
  up) up "${2:?folder}" "${3:-2}" ;;
  down) down "${2:?folder}" ;;
  with) shift && with "$@" ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
