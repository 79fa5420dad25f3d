/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Files: opened for writing, made, renamed, removed. Reads return at once. */

#define FMODE_WRITE 0x2
#define FMODE_CREATED 0x100000
#define S_IFMT 0170000
#define S_IFREG 0100000
#define AT_FDCWD -100
#define AT_REMOVEDIR 0x200

/* Filesystems whose files are doors into the kernel, not things that are kept. */
#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270
#define DEBUGFS_MAGIC 0x64626720
#define TRACEFS_MAGIC 0x74726163

static __always_inline bool is_own(void)
{
	return (__u32)(bpf_get_current_pid_tgid() >> 32) == own_pid;
}

static __always_inline struct file *file_of(struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files, *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	files = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), &files[fd]);
	return file;
}

static __always_inline bool is_kept(struct inode *inode)
{
	switch (BPF_CORE_READ(inode, i_sb, s_magic)) {
	case PROC_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_MAGIC:
	case CGROUP2_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
		return false;
	}
	return true;
}

/* Judges the opened file itself: what the process asked for may have been swapped meanwhile. */
static __always_inline int on_open(long fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 slot = SCRATCH_FILE, flags = 0, length;
	struct scratch *scratch;
	struct inode *inode;
	struct file *file;
	__u32 mode;

	if (fd < 0)
		return 0;
	file = file_of(task, fd);
	if (!file)
		return 0;
	mode = BPF_CORE_READ(file, f_mode);
	if (!(mode & (FMODE_WRITE | FMODE_CREATED)) || is_own())
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG || !is_kept(inode))
		return 0;
	scratch = bpf_map_lookup_elem(&scratches, &slot);
	if (!scratch)
		return 0;
	fill_actor(&scratch->header, task);
	length = append_path(scratch, sizeof(struct bz_file_open),
			     BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_path.mnt),
			     &flags);
	if (mode & FMODE_CREATED)
		flags |= BZ_F_CREATED;
	scratch->header.flags |= flags;
	scratch->file_open.inode = BPF_CORE_READ(inode, i_ino);
	scratch->file_open.file_size = BPF_CORE_READ(inode, i_size);
	scratch->file_open.device = BPF_CORE_READ(inode, i_sb, s_dev);
	scratch->file_open.mode = BPF_CORE_READ(inode, i_mode);
	scratch->file_open.open_flags = BPF_CORE_READ(file, f_flags);
	scratch->file_open.path_len = length;
	scratch->file_open.reserved = 0;
	send_scratch(&bulk, RING_BULK, scratch, BZ_FILE_OPEN,
		     sizeof(struct bz_file_open) + length);
	return 0;
}

/* For sys_exit_open, openat, openat2 and creat. */
SEC("tracepoint")
int bz_open(struct syscall_exit *context)
{
	return on_open(context->ret);
}

/*
 * Names are read when the call has succeeded: the kernel has then faulted them in, and nothing is
 * paid for calls that fail. A second thread of the process can still rewrite its own string.
 */
struct names {
	unsigned long name;
	unsigned long new_name;
	int base;
	int new_base;
	__u32 kind;
	__u32 flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct names);
} pending_names SEC(".maps");

static __always_inline int on_names(__u32 kind, int base, unsigned long name, int new_base,
				    unsigned long new_name, __u32 flags)
{
	struct names names = {
		.name = name,
		.new_name = new_name,
		.base = base,
		.new_base = new_base,
		.kind = kind,
		.flags = flags,
	};
	__u64 thread = bpf_get_current_pid_tgid();

	if (!is_own())
		bpf_map_update_elem(&pending_names, &thread, &names, BPF_ANY);
	return 0;
}

/* Appends the directory that a relative name starts from; nothing for an absolute name. */
static __always_inline __u32 append_base(struct scratch *scratch, __u32 used,
					 struct task_struct *task, int base, unsigned long name)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct dentry *dentry;
	struct vfsmount *mount;
	struct file *file;
	__u32 flags = 0, length;
	char first = 0;

	bpf_probe_read_user(&first, sizeof(first), (void *)name);
	if (first == '/') {
		/* Absolute means below the process's own root, which may be a chroot. */
		dentry = BPF_CORE_READ(fs, root.dentry);
		mount = BPF_CORE_READ(fs, root.mnt);
	} else if (base == AT_FDCWD) {
		dentry = BPF_CORE_READ(fs, pwd.dentry);
		mount = BPF_CORE_READ(fs, pwd.mnt);
	} else {
		file = file_of(task, base);
		if (!file)
			return 0;
		dentry = BPF_CORE_READ(file, f_path.dentry);
		mount = BPF_CORE_READ(file, f_path.mnt);
	}
	length = append_path(scratch, used, dentry, mount, &flags);
	scratch->header.flags |= flags & BZ_F_PATH_CUT;
	return length;
}

static __always_inline __u32 append_name(struct scratch *scratch, __u32 used, unsigned long name)
{
	long length;

	length = bpf_probe_read_user_str(scratch->bytes + masked(used, OFFSET_MASK), BZ_NAME_MAX,
					 (void *)name);
	if (length <= 1 || length > BZ_NAME_MAX)
		return 0;
	if (length == BZ_NAME_MAX)
		scratch->header.flags |= BZ_F_NAME_CUT;
	return length - 1;
}

static __always_inline int on_names_done(long result)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 slot = SCRATCH_FILE, used = sizeof(struct bz_file_name), length;
	__u64 thread = bpf_get_current_pid_tgid();
	struct names *names = bpf_map_lookup_elem(&pending_names, &thread);
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);
	struct names copy;

	if (!names)
		return 0;
	copy = *names;
	bpf_map_delete_elem(&pending_names, &thread);
	if (result != 0 || !scratch)
		return 0;
	fill_actor(&scratch->header, task);
	scratch->header.flags |= copy.flags;
	scratch->file_name.new_base_len = 0;
	scratch->file_name.new_name_len = 0;

	length = append_base(scratch, used, task, copy.base, copy.name);
	scratch->file_name.base_len = length;
	used += length;
	length = append_name(scratch, used, copy.name);
	scratch->file_name.name_len = length;
	used += length;
	if (copy.kind == BZ_FILE_RENAME) {
		length = append_base(scratch, used, task, copy.new_base, copy.new_name);
		scratch->file_name.new_base_len = length;
		used += length;
		length = append_name(scratch, used, copy.new_name);
		scratch->file_name.new_name_len = length;
		used += length;
	}
	send_scratch(&bulk, RING_BULK, scratch, copy.kind, used);
	return 0;
}

SEC("tracepoint")
int bz_unlink(struct syscall_enter *context)
{
	return on_names(BZ_FILE_DELETE, AT_FDCWD, context->args[0], 0, 0, 0);
}

SEC("tracepoint")
int bz_unlinkat(struct syscall_enter *context)
{
	__u32 flags = context->args[2] & AT_REMOVEDIR ? BZ_F_DIRECTORY : 0;

	return on_names(BZ_FILE_DELETE, context->args[0], context->args[1], 0, 0, flags);
}

SEC("tracepoint")
int bz_rename(struct syscall_enter *context)
{
	return on_names(BZ_FILE_RENAME, AT_FDCWD, context->args[0], AT_FDCWD, context->args[1], 0);
}

/* For sys_enter_renameat and renameat2. */
SEC("tracepoint")
int bz_renameat(struct syscall_enter *context)
{
	return on_names(BZ_FILE_RENAME, context->args[0], context->args[1], context->args[2],
			context->args[3], 0);
}

/* For sys_exit_unlink, unlinkat, rename, renameat and renameat2. */
SEC("tracepoint")
int bz_names_done(struct syscall_exit *context)
{
	return on_names_done(context->ret);
}
