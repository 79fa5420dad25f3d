/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What every program needs: the maps, who acts, how a record is sent, how a path is read. */
#ifndef BZ_COMMON_H
#define BZ_COMMON_H

/* Set by the loader before the programs are loaded. */
const volatile __u32 own_pid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} crit SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} bulk SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BZ_KINDS);
	__type(key, __u32);
	__type(value, struct bz_counter);
} counters SEC(".maps");

#define RING_CRIT 0
#define RING_BULK 1

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sequences SEC(".maps");

/* One path component is at most 255 bytes; the tail lets it be copied before it is measured. */
#define WALK_BYTES (BZ_PATH_MAX + 256)
#define WALK_STEPS 128

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[WALK_BYTES]);
} walk_bytes SEC(".maps");

/*
 * Text is appended at most at OFFSET_MASK and at most LENGTH_MASK bytes long. Both are powers of
 * two, and the masks are put on by hand: kernels before 6.18 lose other bounds on the way from the
 * check to the call. No record comes near them.
 */
#define OFFSET_MASK 16383
#define LENGTH_MASK 8191
#define SCRATCH_MAX (OFFSET_MASK + 1 + LENGTH_MASK + 1)

#define masked(value, mask)                                         \
	({                                                          \
		__u64 masked_value = (value);                       \
		asm volatile("%0 &= %1" : "+r"(masked_value) : "i"(mask)); \
		masked_value;                                       \
	})

_Static_assert(sizeof(struct bz_exec) + 2 * BZ_PATH_MAX + BZ_ROOT_MAX + BZ_SCRIPT_MAX + BZ_ARGV_MAX +
			       BZ_ENV_MAX <= OFFSET_MASK,
	       "an exec record does not fit");
_Static_assert(sizeof(struct bz_file_name) + 2 * BZ_PATH_MAX + 2 * BZ_NAME_MAX <= OFFSET_MASK,
	       "a record of names does not fit");
_Static_assert(BZ_PATH_MAX <= LENGTH_MASK && BZ_ARGV_MAX <= LENGTH_MASK, "a text does not fit");

/* A record in the making: its fixed part and, right behind it, its text. */
struct scratch {
	union {
		struct bz_header header;
		struct bz_exec exec;
		struct bz_file_open file_open;
		struct bz_file_name file_name;
		struct bz_operation operation;
		__u8 bytes[SCRATCH_MAX];
	};
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* Two scratches, so that a file program that is interrupted by an exec keeps its bytes. */
#define SCRATCH_EXEC 0
#define SCRATCH_FILE 1

static __always_inline void count(__u32 kind, bool sent, __u64 bytes)
{
	struct bz_counter *counter = bpf_map_lookup_elem(&counters, &kind);

	if (!counter)
		return;
	if (sent) {
		__sync_fetch_and_add(&counter->sent, 1);
		__sync_fetch_and_add(&counter->bytes, bytes);
	} else {
		__sync_fetch_and_add(&counter->lost, 1);
	}
}

static __always_inline void count_merged(__u32 kind)
{
	struct bz_counter *counter = bpf_map_lookup_elem(&counters, &kind);

	if (counter)
		__sync_fetch_and_add(&counter->merged, 1);
}

static __always_inline __u64 next_sequence(__u32 ring)
{
	__u64 *sequence = bpf_map_lookup_elem(&sequences, &ring);

	return sequence ? __sync_fetch_and_add(sequence, 1) : 0;
}

static __always_inline void stamp(struct bz_header *header, __u16 kind, __u32 size, __u32 ring)
{
	header->kind = kind;
	header->version = BZ_VERSION;
	header->size = size;
	header->cpu = bpf_get_smp_processor_id();
	header->sequence = next_sequence(ring);
	header->time_ns = bpf_ktime_get_boot_ns();
}

/*
 * Who acts. The task must come typed from the kernel (an argument of a typed tracepoint, or the current
 * task's typed pointer): its fields are then plain loads, and an actor costs a few nanoseconds. Read
 * through helpers it would cost more than everything else that a record needs.
 */
static __always_inline void fill_actor(struct bz_header *header, struct task_struct *task)
{
	struct task_struct *parent = task->real_parent;
	const struct cred *cred = task->cred;

	header->flags = 0;
	header->pid = task->tgid;
	header->tid = task->pid;
	header->start_ns = task->group_leader->start_boottime;
	header->parent_pid = parent->tgid;
	header->parent_start_ns = parent->group_leader->start_boottime;
	header->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
	header->exec_id = task->self_exec_id;
	header->uid = cred->uid.val;
	header->gid = cred->gid.val;
	header->euid = cred->euid.val;
	header->egid = cred->egid.val;
	header->login_uid = -1;
	header->session_id = -1;
	if (bpf_core_field_exists(task->loginuid))
		header->login_uid = task->loginuid.val;
	if (bpf_core_field_exists(task->sessionid))
		header->session_id = task->sessionid;
	header->mount_ns = task->nsproxy->mnt_ns->ns.inum;
	BPF_CORE_READ_INTO(&header->comm, task, comm);
}

/* Sends the first `size` bytes of a scratch. */
static __always_inline void send_scratch(void *ring, __u32 ring_index, struct scratch *scratch,
					 __u16 kind, __u64 size)
{
	size = masked(size, OFFSET_MASK);
	stamp(&scratch->header, kind, size, ring_index);
	count(kind, bpf_ringbuf_output(ring, scratch, size, BPF_RB_NO_WAKEUP) == 0, size);
}

/*
 * Said once: what a process does to the same thing again within a window is left out and counted.
 * A program that spins must not fill the rings, and a repeat tells nothing new.
 */
struct said_key {
	__u64 start_ns;
	__u64 object;
	__u32 pid;
	__u32 what;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct said_key);
	__type(value, __u64);
} said SEC(".maps");

#define SAID_WINDOW_NS (10 * 1000000000ull)

static __always_inline struct said_key said_key(__u32 what, __u64 object)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct said_key key = {
		.start_ns = task->group_leader->start_boottime,
		.object = object,
		.pid = task->tgid,
		.what = what,
	};

	return key;
}

static __always_inline bool is_said(__u32 what, __u64 object, __u64 window_ns)
{
	struct said_key key = said_key(what, object);
	__u64 now = bpf_ktime_get_boot_ns(), *last;

	last = bpf_map_lookup_elem(&said, &key);
	if (last && now - *last < window_ns)
		return true;
	bpf_map_update_elem(&said, &key, &now, BPF_ANY);
	return false;
}

/* The arguments of the system call that is ending: the kernel's copy, which the process cannot change. */
static __always_inline unsigned long argument(int position)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);

#if defined(__TARGET_ARCH_arm64)
	switch (position) {
	case 0:
		return regs->orig_x0;
	case 1:
		return regs->regs[1];
	case 2:
		return regs->regs[2];
	case 3:
		return regs->regs[3];
	case 4:
		return regs->regs[4];
	default:
		return regs->regs[5];
	}
#else
	switch (position) {
	case 0:
		return regs->di;
	case 1:
		return regs->si;
	case 2:
		return regs->dx;
	case 3:
		return regs->r10;
	case 4:
		return regs->r8;
	default:
		return regs->r9;
	}
#endif
}

static __always_inline bool is_own(void)
{
	return (__u32)(bpf_get_current_pid_tgid() >> 32) == own_pid;
}

static __always_inline struct file *file_of(__u32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fdtable *table = task->files->fdt;
	struct file **files, *file = NULL;

	if (fd >= table->max_fds)
		return NULL;
	files = table->fd;
	bpf_probe_read_kernel(&file, sizeof(file), &files[fd]);
	return file;
}

struct walk {
	struct dentry *dentry;
	struct vfsmount *mount;
	struct dentry *top; /* the root of the mount */
	__u32 at;
	__u32 flags;
};

/* A name as the kernel keeps it. */
struct qstr_bytes {
	__u32 hash;
	__u32 length;
	const unsigned char *name;
};

/* The parts of a dentry that a step needs; they lie side by side in every kernel so far. */
struct link {
	struct dentry *parent;
	struct qstr_bytes name;
};

static __always_inline bool is_as_we_know_it(void)
{
	return bpf_core_field_offset(struct qstr, len) == offsetof(struct qstr_bytes, length) &&
	       bpf_core_field_offset(struct qstr, name) == offsetof(struct qstr_bytes, name);
}

static __always_inline void read_name(struct qstr_bytes *name, struct dentry *dentry)
{
	if (is_as_we_know_it()) {
		bpf_probe_read_kernel(name, sizeof(*name),
				      (void *)dentry + bpf_core_field_offset(struct dentry, d_name));
		return;
	}
	name->length = BPF_CORE_READ(dentry, d_name.len);
	name->name = BPF_CORE_READ(dentry, d_name.name);
}

static __always_inline bool is_side_by_side(void)
{
	return is_as_we_know_it() && bpf_core_field_offset(struct dentry, d_name) ==
					     bpf_core_field_offset(struct dentry, d_parent) +
						     sizeof(void *);
}

static __always_inline void read_link(struct link *link, struct dentry *dentry)
{
	if (is_side_by_side()) {
		bpf_probe_read_kernel(link, sizeof(*link),
				      (void *)dentry + bpf_core_field_offset(struct dentry, d_parent));
		return;
	}
	link->parent = BPF_CORE_READ(dentry, d_parent);
	read_name(&link->name, dentry);
}

/* Puts one name in front of what has been walked so far; climbs over mount points. */
static long walk_step(__u32 index, struct walk *walk)
{
	struct dentry *dentry = walk->dentry;
	__u32 zero = 0, length, at = walk->at;
	struct link link;
	__u8 *bytes;

	if (dentry == walk->top) {
		struct vfsmount *vfsmount = walk->mount;
		struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount)
			return 1;
		vfsmount = (void *)above + bpf_core_field_offset(struct mount, mnt);
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = vfsmount;
		walk->top = BPF_CORE_READ(vfsmount, mnt_root);
		return 0;
	}
	read_link(&link, dentry);
	length = link.name.length & 255;
	if (at < length + 1 || at > BZ_PATH_MAX) {
		walk->flags |= BZ_F_PATH_CUT;
		return 1;
	}
	bytes = bpf_map_lookup_elem(&walk_bytes, &zero);
	if (!bytes)
		return 1;
	at = (at - length - 1) & (BZ_PATH_MAX - 1);
	bytes[at] = '/';
	bpf_probe_read_kernel(bytes + at + 1, length, link.name.name);
	walk->at = at;
	if (link.parent == dentry) {
		walk->flags |= BZ_F_DETACHED;
		return 1;
	}
	walk->dentry = link.parent;
	return 0;
}

/*
 * Appends a path to the scratch at byte `used` and returns its length. The path is seen from the
 * root of the mount namespace, so neither chroot nor a name raced by the process can bend it.
 */
static __always_inline __u32 append_path(struct scratch *scratch, __u32 used, struct dentry *dentry,
					 struct vfsmount *mount, __u32 *flags)
{
	struct walk walk = { .dentry = dentry,
			     .mount = mount,
			     .top = BPF_CORE_READ(mount, mnt_root),
			     .at = BZ_PATH_MAX,
			     .flags = 0 };
	__u32 zero = 0, length, at;
	__u8 *bytes;

	if (bpf_loop(WALK_STEPS, walk_step, &walk, 0) == WALK_STEPS)
		walk.flags |= BZ_F_PATH_CUT;
	*flags |= walk.flags;
	bytes = bpf_map_lookup_elem(&walk_bytes, &zero);
	if (!bytes)
		return 0;
	if (walk.at == BZ_PATH_MAX) {
		scratch->bytes[masked(used, OFFSET_MASK)] = '/';
		return 1;
	}
	at = walk.at & (BZ_PATH_MAX - 1);
	length = BZ_PATH_MAX - at;
	if (bpf_probe_read_kernel(scratch->bytes + masked(used, OFFSET_MASK),
				  masked(length, LENGTH_MASK), bytes + at))
		return 0;
	return length;
}

#endif
