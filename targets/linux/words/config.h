/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - the configuration of the kernel that is compiled: x86-64, SMP, NUMA, no debugging.
 */
#ifndef MM_LINUX_CONFIG_H
#define MM_LINUX_CONFIG_H

#define CONFIG_64BIT 1
#define CONFIG_MMU 1
#define CONFIG_SMP 1
#define CONFIG_NUMA 1
#define CONFIG_NR_CPUS 64
#define CONFIG_PGTABLE_LEVELS 4
#define CONFIG_PERCPU_STATS 1
#define CONFIG_HAVE_SETUP_PER_CPU_AREA 1
#define CONFIG_NEED_PER_CPU_EMBED_FIRST_CHUNK 1
#define CONFIG_PRINTK 1
#define CONFIG_BASE_SMALL 0
#ifndef MM_LINUX_KM
#define CONFIG_NEED_PER_CPU_PAGE_FIRST_CHUNK 1
#else
#define CONFIG_NEED_PER_CPU_KM 1
#endif

/* The header of mm/ that declares the rest of mm/ is not needed: guard it away. */
#define __MM_INTERNAL_H

#endif
