/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What functions of the kernel do with the addresses that they are given, and which of them take and release locks.
 */
#ifndef KLP_KERNEL_CALLEES_H
#define KLP_KERNEL_CALLEES_H

#include <stdbool.h>
#include <stdint.h>

/* What a call does with a lock. */
enum callee_lock {
	CALLEE_NO_LOCK,
	CALLEE_TAKES_LOCK,
	CALLEE_TRIES_LOCK,    /* and may come back without it: mutex_trylock(), down_interruptible() */
	CALLEE_RELEASES_LOCK, /* downgrade_write() releases a part of it */
};

/* Sets of arguments: bit 0 is the first one. */
struct callee {
	const char *name;
	/* of these the function knows no address any more when it has returned, nor has it stored one */
	uint32_t forgets;
	uint32_t copies;     /* of these it copies what stands at the address to somewhere else */
	bool is_transparent; /* it leaves all registers as they are, and is given nothing */
	uint32_t returns;    /* one of these addresses, or one near it, may be what it returns */
	enum callee_lock lock;
};

/* Returns what is known of a function, or NULL: then it may keep whatever it is given. */
const struct callee *callee_find(const char *name);

enum callee_lock callee_lock(const char *name);

/* Does a function of the kernel start a thread that runs what it is given the address of? */
bool callee_starts_thread(const char *name);

/* Is it a function of the kernel in which threads of the kernel sleep, again and again? */
bool callee_is_slept_in(const char *name);

/* Does a function of the kernel end the task that calls it, and not come back? */
bool callee_ends_task(const char *name);

#endif
