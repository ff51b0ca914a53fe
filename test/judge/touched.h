/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which functions of the source does a patch touch, and which functions of the object is their code in? Told by the
 * debug information of the original object, so without a look at what the compiler made of either side.
 */
#ifndef JUDGE_TOUCHED_H
#define JUDGE_TOUCHED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Lines of one file that a patch takes away, or the two that it puts something between; counted as in the original,
 * from 1
 */
struct change {
	char *file;
	unsigned int from, to;
	bool is_insertion;
	/* Only blank lines and comments */
	bool is_empty;
	/* It is in a function of an object that was looked at */
	bool found;
};

/* A function of the source */
struct source {
	char *file, *name;
	/* Its name's line, and the last one that has code */
	unsigned int line, end;
	bool touched;
	/* Functions of the object by their names in the source: itself, and those that it is inlined into */
	char **containers;
	size_t n_containers;
};

struct touched {
	struct change *changes;
	size_t n_changes;
};

/* Adds what a patch changes: unified differences, with one path component to strip. */
void touched_read(struct touched *touched, const char *patch);
/*
 * The functions of the changed files that the object knows, with touched set; caller frees nothing, as everywhere in
 * the judge.
 */
struct source *touched_sources(struct touched *touched, const char *object, size_t *n);
/*
 * Does something that is more than a comment stand outside of all functions that were looked at: a macro, a type, a
 * table?
 */
bool touched_elsewhere(const struct touched *touched);

#endif /* JUDGE_TOUCHED_H */
