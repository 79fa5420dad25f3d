/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Processes: a program is executed, a process is forked, a process ends. */

/* The kernel keeps a flag of its own above the nanoseconds. */
#define NSEC_MASK ((1u << 30) - 1)

static __always_inline __u64 changed_ns(struct inode *inode)
{
	struct inode___renamed *renamed = (void *)inode;
	struct inode___split *split = (void *)inode;
	__s64 seconds = 0;
	__u32 nanoseconds = 0;

	if (bpf_core_field_exists(split->i_ctime_sec)) {
		seconds = BPF_CORE_READ(split, i_ctime_sec);
		nanoseconds = BPF_CORE_READ(split, i_ctime_nsec);
	} else if (bpf_core_field_exists(renamed->__i_ctime)) {
		seconds = BPF_CORE_READ(renamed, __i_ctime.tv_sec);
		nanoseconds = BPF_CORE_READ(renamed, __i_ctime.tv_nsec);
	} else if (bpf_core_field_exists(inode->i_ctime)) {
		seconds = BPF_CORE_READ(inode, i_ctime.tv_sec);
		nanoseconds = BPF_CORE_READ(inode, i_ctime.tv_nsec);
	}
	return seconds * 1000000000ull + (nanoseconds & NSEC_MASK);
}

static __always_inline void fill_executable(struct bz_exec *exec, struct file *file)
{
	struct inode *inode = file->f_inode;

	exec->inode = inode->i_ino;
	exec->file_size = inode->i_size;
	exec->file_changed_ns = changed_ns(inode);
	exec->device = inode->i_sb->s_dev;
	exec->mode = inode->i_mode;
	exec->links = inode->i_nlink;
	exec->file_uid = inode->i_uid.val;
	exec->file_gid = inode->i_gid.val;
	if (exec->links == 0)
		exec->header.flags |= BZ_F_DELETED;
}

/* The arguments as the kernel laid them on the new stack: the process has not run yet. */
static __always_inline __u32 append_argv(struct scratch *scratch, __u32 used,
					 struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	unsigned long start = mm->arg_start;
	unsigned long total = mm->arg_end - start;
	__u32 length = total;

	scratch->exec.argv_total = total;
	if (total > BZ_ARGV_MAX) {
		length = BZ_ARGV_MAX;
		scratch->header.flags |= BZ_F_ARGV_CUT;
	}
	if (bpf_probe_read_user(scratch->bytes + masked(used, OFFSET_MASK),
				masked(length, LENGTH_MASK), (void *)start)) {
		scratch->header.flags |= BZ_F_ARGV_MISSING;
		return 0;
	}
	return length;
}

/* Reading a variable stops here; what is longer is kept in part. */
#define ENV_VALUE_MAX 256
#define ENV_STEPS 256
#define WORD(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

/* The first bytes of the names of variables that change what a program does, or say who came from where. */
static __always_inline bool is_of_interest(__u32 word)
{
	if ((word & 0xffffff) == WORD('L', 'D', '_', 0))
		return true;
	switch (word) {
	case WORD('G', 'C', 'O', 'N'):
	case WORD('H', 'I', 'S', 'T'):
	case WORD('P', 'R', 'O', 'M'):
	case WORD('B', 'A', 'S', 'H'):
	case WORD('E', 'N', 'V', '='):
	case WORD('P', 'Y', 'T', 'H'):
	case WORD('P', 'E', 'R', 'L'):
	case WORD('N', 'O', 'D', 'E'):
	case WORD('R', 'U', 'B', 'Y'):
	case WORD('J', 'A', 'V', 'A'):
	case WORD('L', 'E', 'S', 'S'):
	case WORD('G', 'I', 'T', '_'):
	case WORD('S', 'S', 'H', '_'):
	case WORD('S', 'U', 'D', 'O'):
	case WORD('h', 't', 't', 'p'):
	case WORD('H', 'T', 'T', 'P'):
	case WORD('a', 'l', 'l', '_'):
	case WORD('A', 'L', 'L', '_'):
		return true;
	}
	return false;
}

struct env_walk {
	unsigned long at;
	unsigned long end;
	__u32 used;
	__u32 limit;
	__u32 within; /* the middle of a variable that is longer than one step reads */
};

/* Not on the stack: what the verifier does not follow it need not follow through every step. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct env_walk);
} env_walks SEC(".maps");

static long env_step(__u32 index, void *unused)
{
	__u32 slot = SCRATCH_EXEC, zero = 0, used;
	struct env_walk *walk = bpf_map_lookup_elem(&env_walks, &zero);
	struct scratch *scratch;
	long length;

	if (!walk)
		return 1;
	used = walk->used;
	if (walk->at >= walk->end || used + ENV_VALUE_MAX > walk->limit)
		return 1;
	scratch = bpf_map_lookup_elem(&scratches, &slot);
	if (!scratch)
		return 1;
	used = masked(used, OFFSET_MASK);
	length = bpf_probe_read_user_str(scratch->bytes + used, ENV_VALUE_MAX, (void *)walk->at);
	if (length <= 0)
		return 1;
	if (!walk->within && length > 4 && is_of_interest(*(__u32 *)(scratch->bytes + used)))
		walk->used += length;
	walk->within = length == ENV_VALUE_MAX;
	walk->at += walk->within ? ENV_VALUE_MAX - 1 : length;
	return 0;
}

static __always_inline __u32 append_environment(struct scratch *scratch, __u32 used,
						struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	__u32 zero = 0;
	struct env_walk *walk = bpf_map_lookup_elem(&env_walks, &zero);

	if (!walk)
		return 0;
	walk->at = mm->env_start;
	walk->end = mm->env_end;
	walk->used = used;
	walk->limit = used + BZ_ENV_MAX;
	walk->within = 0;
	bpf_loop(ENV_STEPS, env_step, NULL, 0);
	if (walk->at < walk->end)
		scratch->header.flags |= BZ_F_NAMES_CUT;
	return walk->used - used;
}

/* Nothing for a process whose root is that of its mount namespace, as for most. */
static __always_inline __u32 append_root(struct scratch *scratch, __u32 used, struct fs_struct *fs)
{
	struct dentry *dentry = BPF_CORE_READ(fs, root.dentry);
	struct vfsmount *vfsmount = BPF_CORE_READ(fs, root.mnt);
	struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	__u32 flags = 0, length;

	if (dentry == BPF_CORE_READ(vfsmount, mnt_root) && BPF_CORE_READ(mount, mnt_parent) == mount)
		return 0;
	length = append_path(scratch, used, dentry, vfsmount, &flags);
	if (length == 1 || length > BZ_ROOT_MAX)
		return 0;
	return length;
}

static __always_inline __u64 effective_capabilities(struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u64 capabilities = 0;

	bpf_core_read(&capabilities, sizeof(capabilities), &cred->cap_effective);
	return capabilities;
}

static __always_inline void fill_namespaces(struct bz_exec *exec, struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level) & 31;
	struct upid *upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			    level * bpf_core_type_size(struct upid);

	exec->pid_ns = BPF_CORE_READ(upid, ns, ns.inum);
	exec->net_ns = task->nsproxy->net_ns->ns.inum;
	exec->user_ns = task->cred->user_ns->ns.inum;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(bz_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 slot = SCRATCH_EXEC, used = sizeof(struct bz_exec), flags = 0, length;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct file *file = bprm->file;
	long script;

	if (!scratch)
		return 0;
	fill_actor(&scratch->header, task);
	fill_executable(&scratch->exec, file);
	fill_namespaces(&scratch->exec, task);
	scratch->exec.cap_effective = effective_capabilities(task);
	if (BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec))
		scratch->header.flags |= BZ_F_SECURE;
	if (bprm->interp != bprm->filename)
		scratch->header.flags |= BZ_F_SCRIPT;

	length = append_path(scratch, used, BPF_CORE_READ(file, f_path.dentry),
			     BPF_CORE_READ(file, f_path.mnt), &flags);
	scratch->exec.exe_len = length;
	used += length;
	scratch->header.flags |= flags;

	flags = 0;
	length = append_path(scratch, used, BPF_CORE_READ(fs, pwd.dentry),
			     BPF_CORE_READ(fs, pwd.mnt), &flags);
	scratch->exec.cwd_len = length;
	used += length;
	scratch->header.flags |= flags & BZ_F_PATH_CUT;

	length = append_root(scratch, used, fs);
	scratch->exec.root_len = length;
	used += length;

	scratch->exec.script_len = 0;
	script = bpf_probe_read_kernel_str(scratch->bytes + masked(used, OFFSET_MASK),
					   BZ_SCRIPT_MAX, bprm->filename);
	if (script > 1 && script <= BZ_SCRIPT_MAX) {
		scratch->exec.script_len = script - 1;
		used += script - 1;
	}

	length = append_argv(scratch, used, task);
	scratch->exec.argv_len = length;
	used += length;
	length = append_environment(scratch, used, task);
	scratch->exec.env_len = length;
	used += length;
	send_scratch(&crit, RING_CRIT, scratch, BZ_EXEC, used);
	return 0;
}

#define NEW_UTS 0x04000000
#define NEW_IPC 0x08000000
#define NEW_USER 0x10000000
#define NEW_PID 0x20000000
#define NEW_NET 0x40000000
#define NEW_MOUNT 0x00020000

/* A child that was born into namespaces of its own. */
static __always_inline void on_new_namespaces(struct task_struct *parent, struct task_struct *child)
{
	struct nsproxy *old = parent->nsproxy, *new = child->nsproxy;
	struct bz_operation record = {};
	__u64 flags = 0;

	if (parent->cred->user_ns != child->cred->user_ns)
		flags |= NEW_USER;
	if (old != new) {
		if (BPF_CORE_READ(old, mnt_ns) != BPF_CORE_READ(new, mnt_ns))
			flags |= NEW_MOUNT;
		if (BPF_CORE_READ(old, net_ns) != BPF_CORE_READ(new, net_ns))
			flags |= NEW_NET;
		if (BPF_CORE_READ(old, uts_ns) != BPF_CORE_READ(new, uts_ns))
			flags |= NEW_UTS;
		if (BPF_CORE_READ(old, ipc_ns) != BPF_CORE_READ(new, ipc_ns))
			flags |= NEW_IPC;
		if (BPF_CORE_READ(old, pid_ns_for_children) != BPF_CORE_READ(new, pid_ns_for_children))
			flags |= NEW_PID;
	}
	if (!flags)
		return;
	fill_actor(&record.header, child);
	record.code = BZ_OP_NAMESPACE;
	record.args[0] = flags;
	record.args[1] = 3; /* how: clone */
	stamp(&record.header, BZ_OPERATION, sizeof(record), RING_BULK);
	count(BZ_OPERATION, bpf_ringbuf_output(&bulk, &record, sizeof(record), BPF_RB_NO_WAKEUP) == 0,
	      sizeof(record));
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(bz_fork, struct task_struct *parent, struct task_struct *child)
{
	struct bz_header header = {};

	/* Not told, but counted: the kernel's own count of forks has threads in it too. */
	if (child->pid != child->tgid) {
		count(BZ_THREAD, true, 0);
		return 0;
	}
	fill_actor(&header, child);
	stamp(&header, BZ_FORK, sizeof(header), RING_CRIT);
	count(BZ_FORK, bpf_ringbuf_output(&crit, &header, sizeof(header), BPF_RB_NO_WAKEUP) == 0,
	      sizeof(header));
	on_new_namespaces(parent, child);
	return 0;
}

struct life {
	__u64 start_ns;
	__u64 pid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct life);
	__type(value, __u8);
} ended SEC(".maps");

/* Of threads that end at the same moment several may see that none is left; one may speak. */
static __always_inline bool already_ended(struct bz_exit *record, struct task_struct *task)
{
	struct life life = { .start_ns = record->header.start_ns, .pid = record->header.pid };
	__u8 yes = 1;

	if (task->signal->nr_threads < 2)
		return false;
	return bpf_map_update_elem(&ended, &life, &yes, BPF_NOEXIST) == -17 /* EEXIST */;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(bz_exit, struct task_struct *task)
{
	struct bz_exit record = {};
	struct signal_struct *signal = task->signal;

	if (signal->live.counter != 0)
		return 0;
	fill_actor(&record.header, task);
	if (already_ended(&record, task))
		return 0;
	record.exit_code = signal->group_exit_code;
	if (!record.exit_code)
		record.exit_code = task->exit_code;
	stamp(&record.header, BZ_EXIT, sizeof(record), RING_CRIT);
	count(BZ_EXIT, bpf_ringbuf_output(&crit, &record, sizeof(record), BPF_RB_NO_WAKEUP) == 0,
	      sizeof(record));
	return 0;
}
