#!/usr/bin/env bats
# kpatch-farm run --on slurm, on a Slurm of two nodes that the test starts and ends.

load ../cli/common
source "$BATS_TEST_DIRNAME/cluster.bash"

setup() {
	T=$BATS_TEST_TMPDIR
	FARM=$TOP/kpatch-farm/kpatch-farm
	if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then skip "no slurm-wlm and munge here"; fi
	if [[ $(id -u) != 0 ]]; then skip "slurmd needs root"; fi
	shopt -s lastpipe
	mkdir "$T/bin" "$T/p"
	cd "$T" || return
	fake_tool kpatch-build '
		case " $* " in
		*" --list-targets "*) exit ;;
		*" --version "*) echo "kpatch-build 0"; exit ;;
		*" --prepare "*9.9.9*) echo "no such kernel"; exit 1 ;;
		*" --prepare "*) echo "$*" >>'"$T"'/prepared; exit ;;
		esac
		echo "$SLURMD_NODENAME $*" >>'"$T"'/calls
		# From its third job on this node is at work until it is killed.
		[ "$SLURMD_NODENAME" != "${FAKE_STUCK:-}" ] || [ -e '"$T"'/killed ] || [ "$(grep -c "^$FAKE_STUCK " '"$T"'/calls)" -lt 3 ] || sleep 300
		sleep "${FAKE_SECONDS:-2}"
		while [ $# -gt 0 ]; do
			case $1 in -o) out=$2 ;; --json) json=$2 ;; esac
			shift
		done
		echo module >"$out/x.ko"
		echo "{\"exit\":{\"status\":0},\"modules\":[{\"file\":\"x.ko\"}]}" >"$json"'
	export KPATCH_BUILD=$T/bin/kpatch-build
	local name
	for name in 1 2 3 4 5 6; do echo "patch $name" >"p/$name.patch"; done
}
teardown() { cluster_end; }

@test "3 kernels, 6 patches, a node killed in the middle: each job has exactly one result" {
	local i
	export FAKE_STUCK=n2
	cluster_start "$T/cluster"
	"$FARM" plan -k 6.1.1-a -k 6.2.2-b -k 6.3.3-c -p p
	"$FARM" run --on slurm >log 2>&1 3>&- &
	local pid=$! status=0
	for ((i = 0; i < 600; i++)); do
		if (($(cat calls 2>/dev/null | grep -c '^n2 ' || true) >= 3 && $(find farm/results -name result.json | wc -l) >= 4)); then break; fi
		sleep 0.1
	done
	cluster_kill_node n2
	touch killed
	# Who waits may go; the jobs go on.
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[[ $status == 143 ]]
	run -1 "$FARM" run
	[[ $output == *"jobs of $T/farm are at work on a cluster (squeue -n kpatch-farm-"*"scancel -n kpatch-farm-"* ]]
	# (Slurm lets what it queues again wait for two minutes.)
	for ((i = 0; i < 600; i++)); do
		squeue -h -t PD -o %i | while read -r id; do scontrol update jobid="$id" starttime=now >/dev/null || true; done
		if [[ -z $(squeue -h) ]]; then break; fi
		sleep 0.5
	done
	run -0 "$FARM" run
	[[ $output == $'all jobs have a result\n18 jobs: 18 built' ]]
	[[ $(find farm/results -mindepth 1 -maxdepth 1 | wc -l) == 18 && $(find farm/results -name result.json | wc -l) == 18 ]]
	[[ $(jq -s 'map(.kernel + " " + .patch) | unique | length' farm/results/*/result.json) == 18 ]]
	# Each kernel was prepared once; some job was begun twice, and all that its first node did is in no result.
	[[ $(sort prepared | uniq -c | awk '{ print $1 }' | sort -u) == 1 && $(wc -l <prepared) == 3 ]]
	(($(wc -l <calls) > 18))
	[[ $(jq -s -r '.[].host' farm/results/*/result.json | sort -u) == $'n1\nn2' ]]
	[[ ! -e farm/slurm.json ]]
}

@test "more jobs than an array may have tasks; memory and time are asked for" {
	export FAKE_SECONDS=0
	cluster_start "$T/cluster"
	echo "MaxArraySize=5" >>"$SLURM_CONF"
	kill "$(<"$CLUSTER/slurmctld.pid")"
	sleep 1
	slurmctld -f "$SLURM_CONF"
	cluster_wait 2
	"$FARM" plan -k 6.1.1-a -k 6.2.2-b -p p
	run -0 timeout 200 "$FARM" run --on slurm --memory 300M --time 00:10:00
	[[ ${lines[-1]} == "12 jobs: 12 built" ]]
	scontrol -o show jobs | head -n 3
	[[ $(scontrol -o show jobs | grep -c 'TimeLimit=00:10:00 .*MinMemoryNode=300M') -ge 4 ]]
}

# fake_slurm: a cluster that takes all, of which squeue knows the names that are in the file "queue"
fake_slurm() {
	fake_tool sbatch 'for w; do case $w in --job-name=*) echo "${w#*=}" >>'"$T"'/queue ;; esac; done; '"$1"'; echo "$(($(wc -l <'"$T"'/queue) + 10))"'
	fake_tool squeue '[ "$2" = -n ] && grep -qx "$3" '"$T"'/queue 2>/dev/null && echo 11; exit 0'
	fake_tool scancel '[ "$1" = -n ] && sed -i "/^$2$/d" '"$T"'/queue'
	fake_tool scontrol 'echo "MaxArraySize = 1001"'
	fake_tool sinfo ''
	PATH=$T/bin:$PATH
}

@test "a run that is killed between the two arrays, or right after them: the next one knows" {
	local killed_at
	for killed_at in 1 2; do
		rm -rf farm queue
		# (timeout's group is that of the run, and of the sbatch that is at work.)
		fake_slurm "[ \$(wc -l <'$T/queue') != $killed_at ] || { kill -9 \$(cat '$T/pid'); }"
		"$FARM" plan -k 6.1.1-a -p p
		bash -c 'echo $$ >pid; exec "$1" run --on slurm' - "$FARM" >log 2>&1 || [[ $? == 137 ]]
		[[ $(wc -l <queue) == "$killed_at" ]]
		run -1 "$FARM" run
		[[ $output == *"jobs of $T/farm are at work on a cluster (squeue -n kpatch-farm-"* ]]
		run -1 "$FARM" plan -k 6.1.1-a -p p
		[[ $output == *"are at work on a cluster"* ]]
		: >queue
		run -0 "$FARM" plan -k 6.1.1-a -p p
		[[ ! -e farm/slurm.json ]]
	done
	# The second array is not taken: the first one is taken back.
	rm -f queue
	fake_slurm "[ \$(wc -l <'$T/queue') != 2 ] || { echo 'sbatch: error: no such partition' >&2; exit 1; }"
	run -1 "$FARM" run --on slurm
	[[ $output == "kpatch-farm: error: Slurm does not take the jobs: sbatch: error: no such partition" ]]
	[[ ! -s queue && ! -e farm/slurm.json ]]
}

@test "the guide's example: a shared directory, memory and time; the nodes have the shared cache" {
	export FAKE_SECONDS=0
	cluster_start "$T/cluster"
	printf '6.1.1-a\n6.2.2-b\n' >kernels
	mv p fixes
	mkdir shared
	sed -i 's,^\(.*\)echo "$SLURMD_NODENAME,\1echo "$KPATCH_CACHE" >>'"$T"'/caches\n&,' bin/kpatch-build
	guide_example farm slurm | sed "s,/shared,$T/shared,g" >script
	[[ $(grep -c kpatch-farm script) == 3 ]]
	PATH=$TOP/kpatch-farm:$PATH run -0 timeout 200 bash -e script
	[[ $(jq -c .counts shared/farm/results.json) == '{"built":12}' && -s shared/farm/index.html ]]
	[[ $(sort -u caches) == "$T/shared/cache" && $(wc -l <caches) == 12 ]]
	[[ $(scontrol -o show jobs | grep -c 'TimeLimit=01:00:00 .*MinMemoryNode=4G') -ge 2 ]]
}

@test "a kernel that can't be prepared: it is said once, and none of its jobs is run" {
	cluster_start "$T/cluster"
	"$FARM" plan -k 9.9.9-a -p p
	run -1 timeout 200 "$FARM" run --on slurm
	[[ $(grep -c "^kpatch-farm: error: 9.9.9-a can't be prepared, so none of its jobs is run; see " <<<"$output") == 1 ]]
	[[ $output == *$'\n    no such kernel\n'* ]]
	[[ ${lines[-1]} == "6 jobs: 6 without a result" && ! -e calls ]]
}

@test "tasks that Slurm ends are told, and run again; a controller that is away for a while" {
	local i pid status=0
	export FAKE_SECONDS=60
	cluster_start "$T/cluster"
	"$FARM" plan -k 6.1.1-a -p p/1.patch -p p/2.patch
	"$FARM" run --on slurm >log 2>&1 3>&- &
	pid=$!
	for ((i = 0; i < 300; i++)); do if [[ -s calls && $(wc -l <calls) == 2 ]]; then break; fi; sleep 0.1; done
	# (squeue asks for ten seconds.)
	kill "$(<"$CLUSTER/slurmctld.pid")"
	for ((i = 0; i < 600; i++)); do if grep -q 'note: the cluster does not answer' log; then break; fi; sleep 0.1; done
	slurmctld -f "$SLURM_CONF"
	for ((i = 0; i < 300; i++)); do if scancel -n "$(jq -r .name farm/slurm.json)"; then break; fi; sleep 0.1; done
	wait "$pid" || status=$?
	cat log
	[[ $status == 1 && $(tail -n 1 log) == "2 jobs: 2 without a result" ]]
	[[ $(grep -c '^kpatch-farm: note: the cluster does not answer (squeue -n kpatch-farm-[0-9a-f]*); waiting for it$' log) == 1 ]]
	[[ $(grep -c '^kpatch-farm: warning: 2 task(s) of the cluster: CANCELLED; scontrol show job and the log of slurmd on the node tell more$' log) == 1 ]]
	export FAKE_SECONDS=0
	run -0 timeout 200 "$FARM" run --on slurm
	[[ ${lines[-1]} == "2 jobs: 2 built" ]]
}

@test "a farm directory with blanks, quotes and a line feed; one that Slurm can't write into" {
	export FAKE_SECONDS=0
	cluster_start "$T/cluster"
	local at=$'an "odd" \'one\'\n $x'
	# (What runs on no node is not the node that is stuck.)
	: >killed
	"$FARM" plan -k 6.1.1-a -p p/1.patch -o "$at"
	run -0 timeout 200 "$FARM" run -o "$at" --on slurm
	[[ ${lines[-1]} == "1 jobs: 1 built" ]]
	for at in 'a %j' 'a \b'; do
		"$FARM" plan -k 6.1.1-a -p p/1.patch -o "$at"
		run -1 "$FARM" run -o "$at" --on slurm
		[[ $output == "kpatch-farm: error: Slurm can't write into a directory with % or \\ in its name, as $T/$at; rename it, or run --on local" && ! -e $at/slurm.json ]]
		run -0 "$FARM" run -o "$at"
	done
}

@test "a cluster that is not there" {
	"$FARM" plan -k 6.1.1-a -p p
	printf 'ClusterName=none\nSlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort=1\nNodeName=n1\n' >none.conf
	SLURM_CONF=$T/none.conf run -1 "$FARM" run --on slurm
	[[ $output == "kpatch-farm: error: no Slurm cluster answers; is slurmctld running"* ]]
	[[ -z $(ls farm/results) && ! -e farm/slurm.json ]]
	echo '{"name":"kpatch-farm-7"}' >farm/slurm.json
	SLURM_CONF=$T/none.conf run -1 "$FARM" run
	[[ $output == *"the cluster does not answer; when you know that they are over, remove $T/farm/slurm.json" ]]
	: >farm/slurm.json
	run -1 "$FARM" run
	[[ $output == "kpatch-farm: error: $T/farm/slurm.json, which tells what was given to a cluster, can't be read; when you know that nothing of it runs (squeue), remove it" ]]
	mkdir path
	ln -s /usr/bin/* path/ 2>/dev/null || true
	rm -f path/sbatch farm/slurm.json
	PATH=$T/path run -1 "$FARM" run --on slurm
	[[ $output == "kpatch-farm: error: there is no Slurm on this machine (no sbatch); install slurm-client and let it know the cluster, or run --on local" ]]
}
