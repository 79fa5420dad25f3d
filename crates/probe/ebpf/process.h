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
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	exec->inode = BPF_CORE_READ(inode, i_ino);
	exec->file_size = BPF_CORE_READ(inode, i_size);
	exec->file_changed_ns = changed_ns(inode);
	exec->device = BPF_CORE_READ(inode, i_sb, s_dev);
	exec->mode = BPF_CORE_READ(inode, i_mode);
	exec->links = BPF_CORE_READ(inode, i_nlink);
	exec->file_uid = BPF_CORE_READ(inode, i_uid.val);
	exec->file_gid = BPF_CORE_READ(inode, i_gid.val);
	if (exec->links == 0)
		exec->header.flags |= BZ_F_DELETED;
}

/* The arguments as the kernel laid them on the new stack: the process has not run yet. */
static __always_inline __u32 append_argv(struct scratch *scratch, __u32 used,
					 struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	unsigned long start = BPF_CORE_READ(mm, arg_start);
	unsigned long total = BPF_CORE_READ(mm, arg_end) - start;
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

SEC("tp_btf/sched_process_exec")
int BPF_PROG(bz_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 slot = SCRATCH_EXEC, used = sizeof(struct bz_exec), flags = 0, length;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct file *file = BPF_CORE_READ(bprm, file);
	long script;

	if (!scratch)
		return 0;
	fill_actor(&scratch->header, task);
	fill_executable(&scratch->exec, file);

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

	scratch->exec.script_len = 0;
	script = bpf_probe_read_kernel_str(scratch->bytes + masked(used, OFFSET_MASK),
					   BZ_SCRIPT_MAX, BPF_CORE_READ(bprm, filename));
	if (script > 1 && script <= BZ_SCRIPT_MAX) {
		scratch->exec.script_len = script - 1;
		used += script - 1;
	}

	length = append_argv(scratch, used, task);
	scratch->exec.argv_len = length;
	used += length;
	send_scratch(&crit, RING_CRIT, scratch, BZ_EXEC, used);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(bz_fork, struct task_struct *parent, struct task_struct *child)
{
	struct bz_header header = {};

	if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
		return 0;
	fill_actor(&header, child);
	stamp(&header, BZ_FORK, sizeof(header), RING_CRIT);
	count(BZ_FORK, bpf_ringbuf_output(&crit, &header, sizeof(header), BPF_RB_NO_WAKEUP) == 0,
	      sizeof(header));
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

	if (BPF_CORE_READ(task, signal, nr_threads) < 2)
		return false;
	return bpf_map_update_elem(&ended, &life, &yes, BPF_NOEXIST) == -17 /* EEXIST */;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(bz_exit, struct task_struct *task)
{
	struct bz_exit record = {};
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	if (BPF_CORE_READ(signal, live.counter) != 0)
		return 0;
	fill_actor(&record.header, task);
	if (already_ended(&record, task))
		return 0;
	record.exit_code = BPF_CORE_READ(signal, group_exit_code);
	if (!record.exit_code)
		record.exit_code = BPF_CORE_READ(task, exit_code);
	stamp(&record.header, BZ_EXIT, sizeof(record), RING_CRIT);
	count(BZ_EXIT, bpf_ringbuf_output(&crit, &record, sizeof(record), BPF_RB_NO_WAKEUP) == 0,
	      sizeof(record));
	return 0;
}
