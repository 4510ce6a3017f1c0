/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo's chain is made of.  Names and numbers are invented. */
#ifndef SERVER_DEMO_DATA_H
#define SERVER_DEMO_DATA_H

/* clang-format off */
static const struct { const char *code, *name; } demo_regions[] = {
	{ "EAST", "华东大区" },
	{ "NORTH", "华北大区" },
};

static const struct { const char *code, *name, *address; unsigned region; } demo_stores[] = {
	{ "SH01", "上海徐汇店", "上海市徐汇区漕溪北路 88 号", 0 },
	{ "SH02", "上海浦东店", "上海市浦东新区张杨路 500 号", 0 },
	{ "BJ01", "北京朝阳店", "北京市朝阳区建国路 93 号", 1 },
	{ "BJ02", "北京海淀店", "北京市海淀区中关村大街 27 号", 1 },
};

/* username is what stands behind the store's code, and how the demo finds the person again */
static const struct { const char *username, *role, *name; } demo_people[] = {
	{ "manager", "store_manager", "单志强" },
	{ "advisor", "service_advisor", "李娜" },
	{ "dispatcher", "dispatcher", "王磊" },
	{ "leader", "team_leader", "赵建国" },
	{ "tech1", "technician", "陈刚" },
	{ "tech2", "technician", "刘洋" },
	{ "inspector", "quality_inspector", "孙丽" },
	{ "parts", "parts_keeper", "周敏" },
	{ "cashier", "cashier", "吴静" },
	{ "service", "customer_service", "郑爽" },
};

static const struct { const char *code, *name, *hours,
  *category; int unit_price; } demo_operations[] = {
	{ "OIL-CHANGE",    "更换机油及机滤",   "0.6", "maint_1",  18000 },
	{ "BRAKE-F",       "更换前制动片",     "1.2", "minor",    20000 },
	{ "BRAKE-R",       "更换后制动片",     "1.3", "minor",    20000 },
	{ "AC-CLEAN",      "空调系统清洗",     "1",   "minor",    18000 },
	{ "CLUTCH",        "更换离合器总成",   "4.5", "assembly", 26000 },
	{ "ALIGNMENT",     "四轮定位",         "0.8", "special",  22000 },
	{ "BATTERY",       "更换蓄电池",       "0.3", "minor",    16000 },
	{ "SPARK",         "更换火花塞",       "0.9", "minor",    20000 },
	{ "COOLANT",       "更换冷却液",       "0.7", "maint_1",  18000 },
	{ "MAINT-2",       "二级维护",         "3.5", "maint_2",  20000 },
	{ "DIAG",          "故障诊断",         "0.5", "minor",    24000 },
	{ "TYRE",          "更换轮胎",         "0.4", "minor",    16000 },
};
enum { TYRE = 11 }; /* the one that asks for a checklist */

static const struct { const char *number, *name, *unit; int sale_price, stock; } demo_parts[] = {
	{ "06L-115-562B",   "机油滤清器",       "个", 6800,   90 },
	{ "04E-129-620D",   "空气滤清器",       "个", 9800,   90 },
	{ "5Q0-819-653",    "空调滤清器",       "个", 8800,   90 },
	{ "8W0-698-151AG",  "前制动片",         "套", 68000,  90 },
	{ "8W0-698-451L",   "后制动片",         "套", 56000,  90 },
	{ "02T-141-170C",   "离合器轴承套",     "个", 32000,  90 },
	{ "04E-141-031",    "离合器从动盘",     "片", 78000,  90 },
	{ "06K-905-601B",   "火花塞",           "支", 8600,   90 },
	{ "000-915-105CE",  "蓄电池 70Ah",      "个", 86000,  90 },
	{ "G12-E050-A2",    "冷却液",           "升", 4200,   120 },
	{ "5G0-955-425C",   "雨刮片",           "对", 16800,  90 },
	{ "06H-121-026DD",  "冷却水泵",         "个", 128000, 90 },
	{ "0W-20-SP-4L",    "全合成机油 0W-20", "桶", 39800,  90 },
	{ "225-45R18-95W",  "轮胎 225/45R18",   "条", 89900,  90 },
	{ "5QD-407-365",    "下摆臂",           "个", 62000,  90 },
	{ "5C0-413-031",    "前减振器",         "个", 74000,  90 },
};
enum { BATTERY = 8 }; /* the one whose old piece goes back */

struct demo_car {
	const char *plate; /* what stands in front of five digits */
};

static const struct demo_car demo_cars[] = {
	{ "沪A" }, { "沪B" }, { "沪C" }, { "京A" }, { "京N" }, { "苏E" }, { "浙A" }, { "冀B" },
};

static const char *const demo_names[] = {
	"张伟", "王芳", "李强", "刘敏", "陈静", "杨勇", "赵艳", "黄磊", "周杰", "吴娟", "徐涛",
	  "孙霞",
	"马超", "朱丹", "胡军", "郭亮", "何平", "林峰", "高翔", "罗兰", "梁宇", "宋佳", "唐欣",
	  "许晴",
};

static const struct { const char *section, *name; } demo_points[] = {
	{ "制动", "前制动片厚度" },
	{ "制动", "后制动片厚度" },
	{ "轮胎", "胎纹深度" },
	{ "油液", "机油液位" },
	{ "油液", "制动液含水量" },
	{ "电气", "蓄电池健康度" },
	{ "外观", "雨刮" },
	{ "灯光", "灯光" },
};

static const char *const demo_concerns[] = {
	"保养到期", "刹车异响", "空调不制冷", "离合器打滑", "方向跑偏", "冷车难启动", "水温偏高",
	  "雨刮刮不干净",
};
/* clang-format on */

#endif
