// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* All programs of the sensor in one object: they share the rings, the counters and the helpers. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>

#include "records.h"
#include "kernel_types.h"
#include "common.h"
#include "process.h"
#include "file.h"
#include "network.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
