// SPDX-License-Identifier: GPL-2.0-only
/*
 * GCC numbers static locals in an order that the source decides: as long as there are as many of a name as before, the
 * first one still is the first one, though all numbers moved. A patch may also remove one and add another, or change
 * their places. So the order alone is not believed: the functions must come upon them in the same order, and each must
 * be used as its pair was, or at least more so than any other one.
 * The caller sees to it that each starts as its pair does.
 */
#include "diff/ordered.h"

#include <string.h>

#include "diff/uses.h"
#include "util/arena.h"

/* By the number in its name, be it of the compiler ("count.3") or of a macro's counter ("__UNIQUE_ID_state_77"). */
static bool is_before(const struct side *side, uint32_t a, uint32_t b)
{
	return strverscmp(side_piece(side, a)->name, side_piece(side, b)->name) < 0;
}

void ordered_sort(const struct ordered_half *half, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		uint32_t id = half->ids[i], k = i;

		for (; k && is_before(half->side, id, half->ids[k - 1]); k--)
			half->ids[k] = half->ids[k - 1];
		half->ids[k] = id;
	}
}

static struct uses uses_of(const struct pairing *pairing, const struct ordered_half *half, uint32_t id)
{
	return uses_find(pairing, half->side, id, half->users[id].v, half->users[id].n);
}

/* How a patched variable is used as one that has the uses `before`. */
static struct likeness compare_uses(const struct pairing *pairing, const struct uses *before,
				    const struct ordered_half *patched, uint32_t p)
{
	struct uses now = uses_of(pairing, patched, p);

	return uses_compare(before, &now);
}

bool ordered_looks_like_other(const struct pairing *pairing, const struct ordered_half *orig, uint32_t o,
			      const struct ordered_half *patched, uint32_t n, uint32_t index)
{
	struct uses before = uses_of(pairing, orig, o);
	uint32_t mine = compare_uses(pairing, &before, patched, patched->ids[index]).whole;

	for (uint32_t i = 0; i < n; i++)
		if (i != index && compare_uses(pairing, &before, patched, patched->ids[i]).whole > mine)
			return true;
	return false;
}

/* Do two variables of one side start with the same bytes? */
static bool start_alike(const struct side *side, uint32_t a, uint32_t b)
{
	const struct piece *x = side_piece(side, a), *y = side_piece(side, b);
	const uint8_t *xs = side_section(side, x)->data, *ys = side_section(side, y)->data;

	if (x->end - x->entry != y->end - y->entry || !xs != !ys)
		return false;
	return !xs || !memcmp(xs + x->entry, ys + y->entry, x->end - x->entry);
}

static bool is_more(const struct likeness *a, const struct likeness *b)
{
	return a->whole != b->whole ? a->whole > b->whole : a->beside > b->beside;
}

/*
 * Is a variable used as its pair is, and as no other one? That none is used more like it is enough only if it starts
 * with other bytes than they do: `one(&n); two(&n)` of two blocks that a patch exchanges has nothing in common with
 * either.
 */
static bool looks_like_own(const struct pairing *pairing, const struct ordered_half *orig,
			   const struct ordered_half *patched, uint32_t n, uint32_t index)
{
	uint32_t o = orig->ids[index];
	struct uses before = uses_of(pairing, orig, o);
	struct likeness mine = compare_uses(pairing, &before, patched, patched->ids[index]);

	for (uint32_t i = 0; i < n && !mine.is_same; i++) {
		struct likeness other = compare_uses(pairing, &before, patched, patched->ids[i]);

		if (i != index &&
		    (start_alike(orig->side, o, orig->ids[i]) ? !is_more(&mine, &other) : other.whole > mine.whole))
			return false;
	}
	return true;
}

/*
 * Do functions of both sides come upon two variables in the same order? If no function uses both on both sides (one was
 * inlined, or is no more), what they start with must tell them from each other.
 */
static bool is_same_order(const struct pairing *pairing, const struct ordered_half *orig,
			  const struct ordered_half *patched, uint32_t i, uint32_t k)
{
	const struct ordered_users *users = &orig->users[orig->ids[i]];
	bool shown = false;

	for (uint32_t u = 0; u < users->n; u++) {
		uint32_t o = users->v[u], p = pairing->corr->to_patched[o];
		uint64_t first[4];

		if (p == PIECE_NONE || side_piece(orig->side, o)->kind != PIECE_FUNC)
			continue;
		first[0] = uses_first(orig->side, o, orig->ids[i]);
		first[1] = uses_first(orig->side, o, orig->ids[k]);
		first[2] = uses_first(patched->side, p, patched->ids[i]);
		first[3] = uses_first(patched->side, p, patched->ids[k]);
		if (first[0] == USES_NOWHERE || first[1] == USES_NOWHERE || first[2] == USES_NOWHERE ||
		    first[3] == USES_NOWHERE)
			continue;
		if ((first[0] < first[1]) != (first[2] < first[3]))
			return false;
		shown = true;
	}
	return shown || !start_alike(orig->side, orig->ids[i], orig->ids[k]);
}

bool ordered_agree(const struct pairing *pairing, const struct ordered_half *orig, const struct ordered_half *patched,
		   uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!looks_like_own(pairing, orig, patched, n, i))
			return false;
		for (uint32_t k = i + 1; k < n; k++)
			if (!is_same_order(pairing, orig, patched, i, k))
				return false;
	}
	return true;
}
