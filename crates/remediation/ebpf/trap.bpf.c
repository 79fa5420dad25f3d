// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The trap for a process tree that is being stopped: whoever descends from it dies at birth.
 *
 * Loaded only while a tree is being stopped. Every birth on the machine is written down, so that a process whose
 * parent is gone already is still known to descend from the tree; a child of the doomed is doomed before it has run
 * one instruction, and dies on its way out of its first system call.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "kernel_types.h"

#define SIGKILL 9

/* Starts are told apart as /proc tells them: in ticks of 10 ms since boot. */
#define TICK_NS 10000000

struct birth {
	__u64 start;
	__u32 parent;
	__u32 unused;
	__u64 parent_start;
};

/* Process to when it was started. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u64);
} doomed SEC(".maps");

/* Process to its birth, since the trap was set. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct birth);
} births SEC(".maps");

/*
 * Where the kernel placed a program's memory when it was executed. A fork inherits it; a program that is executed anew
 * gets other places at random. So it tells who descends from whom when the parents in between are gone.
 */
struct image {
	__u64 start_code;
	__u64 start_stack;
	__u64 arg_start;
	__u64 env_start;
};

/* Images of the tree, and when its root was started: nothing older descends from it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct image);
	__type(value, __u64);
} images SEC(".maps");

/* How many were doomed at birth. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} caught SEC(".maps");

static __always_inline bool is_doomed(__u32 process, __u64 start)
{
	__u64 *doomed_start = bpf_map_lookup_elem(&doomed, &process);

	return doomed_start && *doomed_start == start;
}

static __always_inline void image_of(struct task_struct *task, struct image *image)
{
	image->start_code = BPF_CORE_READ(task, mm, start_code);
	image->start_stack = BPF_CORE_READ(task, mm, start_stack);
	image->arg_start = BPF_CORE_READ(task, mm, arg_start);
	image->env_start = BPF_CORE_READ(task, mm, env_start);
}

/*
 * An orphan of the tree: it has an image of the tree, is younger than the root, and its parent of now has another image.
 * A sibling that serves beside the root has a parent with its own image, and is no orphan.
 */
static __always_inline bool is_orphan(struct task_struct *task, __u64 start)
{
	struct image own = {}, parents = {};

	image_of(task, &own);
	if (!own.start_stack)
		return false;
	__u64 *root_start = bpf_map_lookup_elem(&images, &own);

	if (!root_start || start < *root_start)
		return false;
	image_of(BPF_CORE_READ(task, group_leader, real_parent), &parents);
	return parents.start_stack != own.start_stack || parents.start_code != own.start_code ||
	       parents.arg_start != own.arg_start;
}

static __always_inline void count_caught(void)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&caught, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(trap_birth, struct task_struct *parent, struct task_struct *child)
{
	__u32 process = BPF_CORE_READ(child, tgid);

	if (process != (__u32)BPF_CORE_READ(child, pid))
		return 0;
	struct birth birth = {
		.start = BPF_CORE_READ(child, start_boottime) / TICK_NS,
		.parent = BPF_CORE_READ(parent, tgid),
		.parent_start = BPF_CORE_READ(parent, group_leader, start_boottime) / TICK_NS,
	};
	bpf_map_update_elem(&births, &process, &birth, BPF_ANY);
	if (!is_doomed(birth.parent, birth.parent_start)) {
		if (!is_orphan(parent, birth.parent_start))
			return 0;
		bpf_map_update_elem(&doomed, &birth.parent, &birth.parent_start, BPF_ANY);
	}
	bpf_map_update_elem(&doomed, &process, &birth.start, BPF_ANY);
	count_caught();
	bpf_send_signal(SIGKILL);
	return 0;
}

SEC("raw_tp/sys_exit")
int trap_return(void *context)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	__u64 start = BPF_CORE_READ(task, group_leader, start_boottime) / TICK_NS;

	if (!is_doomed(process, start)) {
		if (!is_orphan(task, start))
			return 0;
		bpf_map_update_elem(&doomed, &process, &start, BPF_ANY);
		count_caught();
	}
	bpf_send_signal(SIGKILL);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
