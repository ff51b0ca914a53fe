# shellcheck shell=bash
# A Slurm of two nodes on this machine, loopback only, for a test: cluster_start DIR, cluster_kill_node NODE, cluster_start_node NODE, cluster_end.

CLUSTER=""
# (Two runs on one machine have each their own.)
readonly CLUSTER_PORT=${CLUSTER_PORT:-$((16820 + $$ % 3000 * 4))}
# Processors that each node says it has: so many jobs run on it at a time.
readonly CLUSTER_CPUS=${CLUSTER_CPUS:-2}

cluster_start() {
	local host
	CLUSTER=$1
	host=$(hostname -s)
	mkdir -p "$CLUSTER"/{state,spool-n1,spool-n2,log}
	chmod 755 "$CLUSTER"
	head -c 1024 /dev/urandom >"$CLUSTER/munge.key"
	chmod 600 "$CLUSTER/munge.key"
	munged --force --key-file="$CLUSTER/munge.key" --socket="$CLUSTER/munge.socket" --pid-file="$CLUSTER/munged.pid" \
		--log-file="$CLUSTER/log/munged" --seed-file="$CLUSTER/munge.seed" --num-threads=2
	cat >"$CLUSTER/slurm.conf" <<-END
		ClusterName=test
		SlurmctldHost=$host(127.0.0.1)
		SlurmctldPort=$CLUSTER_PORT
		SlurmUser=$(id -un)
		SlurmdUser=$(id -un)
		AuthType=auth/munge
		AuthInfo=socket=$CLUSTER/munge.socket
		CredType=cred/munge
		StateSaveLocation=$CLUSTER/state
		SlurmdSpoolDir=$CLUSTER/spool-%n
		SlurmctldPidFile=$CLUSTER/slurmctld.pid
		SlurmdPidFile=$CLUSTER/slurmd-%n.pid
		SlurmctldLogFile=$CLUSTER/log/slurmctld
		SlurmdLogFile=$CLUSTER/log/slurmd-%n
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		SchedulerType=sched/backfill
		SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
		SlurmdParameters=config_overrides
		ReturnToService=2
		SlurmdTimeout=10
		MpiDefault=none
		CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
		NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((CLUSTER_PORT + 1)) CPUs=$CLUSTER_CPUS RealMemory=16000
		NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((CLUSTER_PORT + 2)) CPUs=$CLUSTER_CPUS RealMemory=16000
		PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
	END
	export SLURM_CONF=$CLUSTER/slurm.conf
	slurmctld -f "$SLURM_CONF"
	cluster_start_node n1
	cluster_start_node n2
	cluster_wait 2
}
cluster_start_node() { slurmd -f "$SLURM_CONF" -N "$1"; }

# cluster_wait N: until so many nodes are idle
cluster_wait() {
	local i
	for ((i = 0; i < 300; i++)); do
		if [[ $(sinfo -N -h -t idle 2>/dev/null | wc -l) == "$1" ]]; then return 0; fi
		sleep 0.1
	done
	return 1
}

# cluster_processes NODE: of its jobs
cluster_processes() {
	local dir
	for dir in /proc/[0-9]*; do
		if { tr '\0' '\n' <"$dir/environ"; } 2>/dev/null | grep -qx "SLURMD_NODENAME=$1" &&
			{ tr '\0' '\n' <"$dir/environ"; } 2>/dev/null | grep -qF "$CLUSTER"; then
			echo "${dir#/proc/}"
		fi
	done
}

# cluster_kill_node NODE: as if its power had gone: first what would tell the controller how its jobs ended
cluster_kill_node() {
	local pid pids
	kill -9 "$(<"$CLUSTER/slurmd-$1.pid")"
	cluster_processes "$1" | mapfile -t pids
	for pid in "${pids[@]}"; do
		if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q slurm_script; then kill -9 "$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")"; fi
	done
	kill -9 "${pids[@]}" 2>/dev/null || true
}

cluster_end() {
	local file
	if [[ ! $CLUSTER ]]; then return; fi
	for file in "$CLUSTER"/{slurmd-n1,slurmd-n2,slurmctld,munged}.pid; do
		if [[ -s $file ]]; then kill "$(<"$file")" 2>/dev/null || true; fi
	done
	# (They write their state at the end.)
	for file in "$CLUSTER"/{slurmd-n1,slurmd-n2,slurmctld,munged}.pid; do
		for _ in {1..50}; do if [[ ! -e $file ]]; then break; fi; sleep 0.1; done
	done
}
