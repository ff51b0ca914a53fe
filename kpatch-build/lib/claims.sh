# shellcheck shell=bash
# Runs beside each other: what one makes another one that needs it waits for, and nothing else.
#
# Locks are locks of files (flock). Who has one leaves its process number in the file, so that who waits can say for whom.
#
# Of a build tree's objects each is a claim of the run that makes it, so that no two make it; they make others meanwhile:
#
#   CACHE/claims/TREE/KIND/NAME   link to a file of the run that makes this, which has a lock on it as long as it does so. Without
#                                 that the run has ended, and anybody may take it
#   WORK/making.N.lock            that file

CLAIMED=()              # what this run has claimed
CLAIMED_BY_OTHERS=()    # what was found to be claimed by another
CLAIMS_LOCK=""          # of WORK/making.N.lock
CLAIMS_MADE=0           # how often claims were taken
MISSING=()              # what has to be made

# lock_wait FD WHAT [-s]: take the lock (-s: together with others), and wait for it if someone else has it who makes WHAT. After
# a second one line says for whom.
lock_wait() {
	local fd=$1 what how=${3:--x} holder=""
	if ! flock "$how" -n "$fd"; then
		lock_what "$2"; what=$REPLY
		progress "waiting for another run that $what"
		if ! wait_for flock "$how" -w 1 "$fd"; then
			read -r holder <"/proc/self/fd/$fd" || true
			note "waiting for ${holder:+process }${holder:-another run}, which $what"
			wait_for flock "$how" "$fd"
		fi
	fi
	if [[ $how == -x ]]; then echo "$$" >"/proc/self/fd/$fd"; fi
}

# lock_what WHAT -> REPLY: what the run that has its lock does; WHAT is an entry of the cache, or something else that is made
lock_what() {
	case $1 in
	"$CACHE"/*.use) REPLY="uses what has to be made again" ;;
	"$CACHE"/target/*) REPLY="unpacks the target" ;;
	"$CACHE"/source/*) REPLY="unpacks the source" ;;
	"$CACHE"/image/*) REPLY="reads the image" ;;
	"$CACHE"/tree/*) REPLY="prepares the build tree" ;;
	"$CACHE"/glue/* | "$CACHE"/hook/*) REPLY="records how modules are linked" ;;
	"$CACHE"/root/*) REPLY="makes the build root" ;;
	*) REPLY="makes $1" ;;
	esac
}

# claims_make KIND FIND MAKE NAME...: with the tree's lock held, FIND NAME... leaves in MISSING what has to be made of these. MAKE NAME...
# makes it and puts it into the tree. For what another run makes already this one waits, then looks again.
claims_make() {
	local kind=$1 find=$2 make=$3 todo
	shift 3
	todo=("$@")
	while ((${#todo[@]})); do
		tree_lock
		MISSING=()
		"$find" "${todo[@]}"
		claims_take "$kind"
		tree_unlock
		todo=("${CLAIMED_BY_OTHERS[@]}")
		if ((${#CLAIMED[@]})); then
			"$make" "${CLAIMED[@]}"
			claims_drop "$kind"
		elif ((${#todo[@]})); then
			claims_wait "$kind" "${todo[0]}"
		fi
	done
}

# claims_take KIND: with the tree's lock held: those of MISSING that nobody else makes
claims_take() {
	local name claim mine
	CLAIMED=() CLAIMED_BY_OTHERS=()
	if ((${#MISSING[@]} == 0)); then return; fi
	mine=$WORK/making.$((++CLAIMS_MADE)).lock
	exec {CLAIMS_LOCK}>"$mine"
	flock "$CLAIMS_LOCK"
	echo "$$" >&"$CLAIMS_LOCK"
	for name in "${MISSING[@]}"; do
		claim=$CACHE/claims/${TREE##*/}/$1/$name
		if claims_is_held "$claim"; then
			CLAIMED_BY_OTHERS+=("$name")
		else
			mkdir -p -- "${claim%/*}"
			ln -sfn -- "$mine" "$claim"
			CLAIMED+=("$name")
		fi
	done
	if ((${#CLAIMED[@]} == 0)); then exec {CLAIMS_LOCK}>&-; fi
}

# claims_is_held CLAIM: by a run that lives?
claims_is_held() {
	local fd held=1
	if ! { exec {fd}<"$1"; } 2>/dev/null; then return 1; fi
	if flock -n -s "$fd"; then held=0; fi
	exec {fd}<&-
	((held))
}

# claims_drop KIND: the claims of this run
claims_drop() {
	rm -f -- "${CLAIMED[@]/#/"$CACHE/claims/${TREE##*/}/$1/"}"
	CLAIMED=()
	exec {CLAIMS_LOCK}>&-
}

# claims_wait KIND NAME: until the run that makes it has ended, or has made what it has claimed
claims_wait() {
	local fd
	if ! { exec {fd}<"$CACHE/claims/${TREE##*/}/$1/$2"; } 2>/dev/null; then return 0; fi
	lock_wait "$fd" "$2" -s
	exec {fd}<&-
}
