// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk over all entries of the debug information. A type is a node; entries refer to types by offset, before or
 * behind, so edges and uses keep offsets until the walk is over.
 *
 * GCC describes an inlined function once (its abstract instance, without code) and again in each function that it is
 * inlined into, where variables that were optimized away may be missing. Links lead from there to the first.
 */
#include "elf/types.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "elf/debug.h"
#include "elf/die.h"
#include "elf/members.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/memory.h"

/* Members that a type without a name is known by. */
#define MAX_NAMES 8

struct pending {
	uint32_t index; /* of an edge or a use */
	Dwarf_Off type;
};

/* A typedef or variable whose type may have no name of its own. */
struct label {
	const char *name;
	const char *scope;
	Dwarf_Die die;
	Dwarf_Off type; /* of its type, 0: void */
	bool is_typedef;
	bool is_local; /* on the stack */
};

struct walk {
	struct types *types;
	uint64_t bias; /* from addresses of the debug information to those of debug_find_address() */
	VEC(struct pending) edges, uses;
	VEC(struct label) labels;
};

static bool is_type(int tag)
{
	switch (tag) {
	case DW_TAG_base_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_array_type:
	case DW_TAG_typedef:
	case DW_TAG_pointer_type:
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_restrict_type:
	case DW_TAG_atomic_type:
	case DW_TAG_subroutine_type:
		return true;
	}
	return false;
}

static bool is_aggregate(int tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type;
}

static void add_edge(struct walk *walk, uint32_t from, enum type_edge_kind kind, struct die *die)
{
	Dwarf_Off offset;

	if (!die_offset(die, DIE_TYPE, &offset))
		return;
	vec_add(&walk->edges, ((struct pending){walk->types->edges.n, offset}));
	vec_add(&walk->types->edges, ((struct type_edge){.from = from, .kind = kind}));
}

static void add_use(struct walk *walk, struct die *die, uint32_t func, const char *name, unsigned int kind)
{
	struct type_use *use;
	Dwarf_Off offset;

	if (!die_offset(die, DIE_TYPE, &offset))
		return;
	vec_add(&walk->uses, ((struct pending){walk->types->uses.n, offset}));
	use = vec_push(&walk->types->uses);
	use->name = name ? name : "";
	use->func = func;
	use->kind = kind;
	/* (Parameters and results are never only declared.) */
	use->is_declared = dwarf_tag(die->die) == DW_TAG_variable && die_flag(die, DIE_DECLARATION);
	die_number(die, DIE_ALIGNMENT, &use->align);
}

static void add_named(struct walk *walk, const Dwarf_Die *die, uint32_t node, const char *scope, const char *kind,
		      const char *name)
{
	struct arena *arena = walk->types->arena;
	struct type_named *named = vec_push(&walk->types->named);

	named->key = arena_join(arena, scope, ":", kind, ":", name);
	named->scope = scope;
	named->place = name;
	named->what = arena_join(arena, kind, " ", name);
	named->node = node;
	named->die = *die;
}

static void add_label(struct walk *walk, struct die *die, const char *name, const char *scope, bool is_local)
{
	struct label *label = vec_push(&walk->labels);

	*label = (struct label){
		.name = name,
		.scope = scope,
		.die = *die->die,
		.is_typedef = dwarf_tag(die->die) == DW_TAG_typedef,
		.is_local = is_local,
	};
	die_offset(die, DIE_TYPE, &label->type);
}

static const char *keyword(int tag)
{
	return tag == DW_TAG_structure_type ? "struct" : tag == DW_TAG_union_type ? "union" : "enum";
}

static const char *first_enumerator(Dwarf_Die *die)
{
	Dwarf_Die child;

	return !dwarf_child(die, &child) && dwarf_tag(&child) == DW_TAG_enumerator ? dwarf_diename(&child) : NULL;
}

static void add_type(struct walk *walk, struct die *die, int tag, const char *scope)
{
	uint32_t node = walk->types->nodes.n;
	const char *name = die_name(die);
	struct type_node *type = vec_push(&walk->types->nodes);

	type->die = *die->die;
	type->offset = dwarf_dieoffset(die->die);
	type->tag = tag;
	type->name = name;
	type->is_declaration = die_flag(die, DIE_DECLARATION);
	die_offset(die, DIE_TYPE, &type->type);
	if (tag == DW_TAG_pointer_type)
		add_edge(walk, node, EDGE_POINTER, die);
	else if (tag == DW_TAG_subroutine_type)
		add_edge(walk, node, EDGE_SIGNATURE, die);
	else if (!is_aggregate(tag))
		add_edge(walk, node, EDGE_ALIAS, die);
	if (tag == DW_TAG_typedef && name)
		add_label(walk, die, name, scope, false);
	if (!is_aggregate(tag) || type->is_declaration)
		return;
	if (name)
		add_named(walk, die->die, node, scope, keyword(tag), name);
	else if (tag == DW_TAG_enumeration_type && first_enumerator(die->die))
		add_named(walk, die->die, node, scope, "enum with", first_enumerator(die->die));
}

static uint32_t add_func(struct walk *walk, struct die *die)
{
	const uint32_t code = 1U << DIE_LOW_PC | 1U << DIE_RANGES;
	struct type_func *func = vec_push(&walk->types->funcs);
	const char *name = die_name(die);
	Dwarf_Addr entry = 0;

	func->name = name ? name : "";
	func->offset = dwarf_dieoffset(die->die);
	func->is_static = !die_flag(die, DIE_EXTERNAL);
	if (die->own & code && !dwarf_entrypc(die->die, &entry))
		func->entry = entry + walk->bias;
	return walk->types->funcs.n - 1;
}

static void add_link(struct walk *walk, struct die *die, uint32_t func)
{
	Dwarf_Off origin;

	if (func != TYPE_NONE && die_offset(die, DIE_ORIGIN, &origin))
		vec_add(&walk->types->links, ((struct type_link){func, origin}));
}

static void add_variable(struct walk *walk, struct die *die, uint32_t func, const char *scope)
{
	uint64_t address;
	bool is_static = func == TYPE_NONE || die_find_fixed_address(die, &address) || die_flag(die, DIE_EXTERNAL);
	const char *name = die_name(die);

	/* A name that a macro counts up may be another variable's on the other side. */
	if (name && is_anonymous_variable(name, "", NULL))
		name = NULL;
	add_use(walk, die, func, name, is_static ? USE_STATIC : USE_LOCAL);
	if (name)
		add_label(walk, die, name, scope, !is_static);
}

/* What is below one entry. node: the type that the entry is, or TYPE_NONE. */
static void walk_children(struct walk *walk, Dwarf_Die *parent, uint32_t node, uint32_t func, const char *scope,
			  unsigned int depth)
{
	Dwarf_Die entry;

	if (depth > TYPE_MAX_DEPTH || dwarf_child(parent, &entry))
		return;
	do {
		int tag = dwarf_tag(&entry);
		uint32_t inner_node = TYPE_NONE, inner_func = func;
		const char *inner_scope = scope;
		struct die die;

		/* Half of all entries: nothing in them is a type. */
		if (tag == DW_TAG_enumerator || tag == DW_TAG_subrange_type || tag == DW_TAG_call_site ||
		    tag == DW_TAG_GNU_call_site)
			continue;
		die_read(&entry, &die);
		switch (tag) {
		case DW_TAG_member:
			if (node != TYPE_NONE)
				add_edge(walk, node, EDGE_MEMBER, &die);
			continue;
		case DW_TAG_formal_parameter:
			if (node != TYPE_NONE)
				add_edge(walk, node, EDGE_SIGNATURE, &die);
			else
				add_use(walk, &die, func, die_name(&die),
					dwarf_tag(parent) == DW_TAG_inlined_subroutine ? USE_INLINED : USE_PARAM);
			continue;
		case DW_TAG_variable:
			add_variable(walk, &die, func, scope);
			continue;
		case DW_TAG_subprogram:
			if (die_flag(&die, DIE_DECLARATION))
				continue;
			inner_func = add_func(walk, &die);
			inner_scope = walk->types->funcs.v[inner_func].name;
			add_link(walk, &die, inner_func);
			add_use(walk, &die, inner_func, "return value", USE_RETURN);
			break;
		case DW_TAG_inlined_subroutine:
			add_link(walk, &die, func);
			break;
		default:
			if (is_type(tag)) {
				inner_node = walk->types->nodes.n;
				add_type(walk, &die, tag, scope);
			}
		}
		/* Enumerators are asked for by elf/enumerators.h. */
		if (tag != DW_TAG_enumeration_type)
			walk_children(walk, &entry, inner_node, inner_func, inner_scope, depth + 1);
	} while (!dwarf_siblingof(&entry, &entry));
}

static int by_offset(const void *a, const void *b)
{
	const struct type_node *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/*
 * The structure or union without a name that a type is, is an array of, or points to (`static struct { int a; }
 * *current`); else TYPE_NONE. What a typedef stands for is known by that.
 */
static uint32_t find_nameless(const struct types *types, uint32_t node, bool *is_pointer)
{
	*is_pointer = false;
	for (unsigned int i = 0; node != TYPE_NONE && i < TYPE_MAX_DEPTH; i++) {
		const struct type_node *type = &types->nodes.v[node];

		switch (type->tag) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			return type->name || type->is_declaration ? TYPE_NONE : node;
		case DW_TAG_pointer_type:
			*is_pointer = true;
			break;
		case DW_TAG_array_type:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
			break;
		default:
			return TYPE_NONE;
		}
		node = type->target;
	}
	return TYPE_NONE;
}

/* A typedef for something that has a size of its own: cnt_t, whose objects a function finds behind a `void *`. */
static bool is_number_or_array(const struct types *types, uint32_t node)
{
	node = types_strip(types, node);
	return node != TYPE_NONE &&
	       (types->nodes.v[node].tag == DW_TAG_base_type || types->nodes.v[node].tag == DW_TAG_array_type);
}

/* A type without a name is known by the typedef for it, or by the variable that is of it or points to it. */
static void name_nameless(struct walk *walk)
{
	struct types *types = walk->types;

	for (uint32_t i = 0; i < walk->labels.n; i++) {
		struct label *label = &walk->labels.v[i];
		uint32_t type = types_find(types, label->type), node;
		bool is_pointer;

		node = find_nameless(types, type, &is_pointer);
		if (label->is_typedef && is_number_or_array(types, type))
			add_named(walk, &label->die, types_find(types, dwarf_dieoffset(&label->die)), label->scope,
				  "typedef", label->name);
		/* Macros have several `union { ... } __u` in a function; what is on its stack ends with it. */
		if (node == TYPE_NONE || (label->is_local && !is_pointer))
			continue;
		add_named(walk, &label->die, node, label->scope,
			  is_pointer          ? "what is behind"
			  : label->is_typedef ? "typedef"
					      : "the type of",
			  label->name);
	}
}

/* Marks the structures and unions that have a member that points to one without a name, and all that contain these. */
static bool *find_pointing(const struct types *types)
{
	bool *found = calloc(types->nodes.n + 1, sizeof(*found)), more = true, is_pointer;

	if (!found)
		memory_exhausted();
	for (uint32_t i = 0; i < types->edges.n; i++)
		if (types->edges.v[i].kind == EDGE_MEMBER &&
		    find_nameless(types, types->edges.v[i].to, &is_pointer) != TYPE_NONE && is_pointer)
			found[types->edges.v[i].from] = true;
	while (more) {
		more = false;
		for (uint32_t i = 0; i < types->edges.n; i++) {
			const struct type_edge *edge = &types->edges.v[i];

			if (edge->to == TYPE_NONE || !found[edge->to] || found[edge->from] ||
			    (edge->kind != EDGE_MEMBER && edge->kind != EDGE_ALIAS))
				continue;
			found[edge->from] = more = true;
		}
	}
	return found;
}

/* A type without a name is also known by the member that points to it. */
static void name_pointed(struct walk *walk)
{
	struct types *types = walk->types;
	bool *pointing = find_pointing(types), is_pointer;
	uint8_t *names = calloc(types->nodes.n + 1, sizeof(*names));

	if (!names)
		memory_exhausted();
	/* It may have such a member itself, so the list grows; in a broken file it may lead to itself. */
	for (uint32_t i = 0; i < types->named.n; i++) {
		const struct type_named named = types->named.v[i];
		member_vec members = {0};

		if (pointing[named.node])
			members_find(types, named.node, &members);
		for (uint32_t k = 0; k < members.n; k++) {
			uint32_t node = find_nameless(types, members.v[k].node, &is_pointer);

			if (node == TYPE_NONE || !is_pointer || names[node]++ == MAX_NAMES)
				continue;
			add_named(walk, &types->nodes.v[node].die, node, named.scope, "what is behind",
				  arena_join(types->arena, named.place, ".", members.v[k].name));
		}
		vec_free(&members);
	}
	free(pointing);
	free(names);
}

/* Now that all types are there, who is meant. What means an unknown type is kept, and leads nowhere. */
static void resolve(struct walk *walk)
{
	struct types *types = walk->types;

	for (uint32_t i = 0; i < types->edges.n; i++)
		types->edges.v[i].to = types_find(types, walk->edges.v[i].type);
	for (uint32_t i = 0; i < types->uses.n; i++)
		types->uses.v[i].node = types_find(types, walk->uses.v[i].type);
}

static void sort_nodes(struct types *types)
{
	bool sorted = true;

	for (uint32_t i = 1; i < types->nodes.n; i++)
		sorted &= types->nodes.v[i - 1].offset < types->nodes.v[i].offset;
	/* The walk goes forward, unless a file says otherwise; then the indexes in edges mean nothing. */
	if (!sorted) {
		qsort(types->nodes.v, types->nodes.n, sizeof(*types->nodes.v), by_offset);
		vec_free(&types->edges);
		vec_free(&types->named);
	}
	for (uint32_t i = 0; i < types->nodes.n; i++)
		types->nodes.v[i].target = types_find(types, types->nodes.v[i].type);
}

struct types *types_new(const struct debug_info *debug)
{
	struct types *types = calloc(1, sizeof(*types));
	struct walk walk = {.types = types};
	Dwarf_Die *unit = NULL;

	if (!types)
		memory_exhausted();
	types->arena = arena_new();
	while ((unit = debug_next_unit(debug, unit, &walk.bias)))
		walk_children(&walk, unit, TYPE_NONE, TYPE_NONE, "", 0);
	sort_nodes(types);
	resolve(&walk);
	name_nameless(&walk);
	name_pointed(&walk);
	vec_free(&walk.edges);
	vec_free(&walk.uses);
	vec_free(&walk.labels);
	if (types->nodes.n)
		return types;
	types_free(types);
	return NULL;
}
