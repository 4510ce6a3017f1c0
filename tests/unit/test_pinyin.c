/* SPDX-License-Identifier: Apache-2.0 */
/* The pinyin under which parts, places, makes and people are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base.h"
#include "core/pinyin.h"

struct reading {
	const char *text;
	const char *full;
	const char *initials;
};

static const struct reading trade[] = {
	{ "离合器轴承套", "liheqizhouchengtao", "lhqzct" },
	{ "空调", "kongtiao", "kt" },
	{ "空调滤芯", "kongtiaolvxin", "ktlx" },
	{ "弹簧", "tanhuang", "th" },
	{ "减震弹簧", "jianzhentanhuang", "jzth" },
	{ "调温器", "tiaowenqi", "twq" },
	{ "节温器", "jiewenqi", "jwq" },
	{ "会计", "kuaiji", "kj" },
	{ "传动轴", "chuandongzhou", "cdz" },
	{ "传感器", "chuanganqi", "cgq" },
	{ "氧传感器", "yangchuanganqi", "ycgq" },
	{ "差速器", "chasuqi", "csq" },
	{ "行星齿轮", "xingxingchilun", "xxcl" },
	{ "行车记录仪", "xingchejiluyi", "xcjly" },
	{ "行程", "xingcheng", "xc" },
	{ "银行", "yinhang", "yh" },
	{ "校准", "jiaozhun", "jz" },
	{ "四轮校正", "silunjiaozheng", "sljz" },
	{ "校车", "xiaoche", "xc" },
	{ "重载", "zhongzai", "zz" },
	{ "载重", "zaizhong", "zz" },
	{ "重新", "chongxin", "cx" },
	{ "重卡", "zhongka", "zk" },
	{ "曲轴", "quzhou", "qz" },
	{ "凸轮轴调节器", "tulunzhoutiaojieqi", "tlztjq" },
	{ "火花塞", "huohuasai", "hhs" },
	{ "活塞环", "huosaihuan", "hsh" },
	{ "放油螺塞", "fangyouluosai", "fyls" },
	{ "刹车片", "shachepian", "scp" },
	{ "制动卡钳", "zhidongkaqian", "zdkq" },
	{ "制动蹄", "zhidongti", "zdt" },
	{ "轮毂轴承", "lunguzhoucheng", "lgzc" },
	{ "尾灯", "weideng", "wd" },
	{ "扰流板尾翼", "raoliubanweiyi", "rlbwy" },
	{ "尾门", "weimen", "wm" },
	{ "尾气", "weiqi", "wq" },
	{ "喷油嘴", "penyouzui", "pyz" },
	{ "机油滤清器", "jiyoulvqingqi", "jylqq" },
	{ "变速箱", "biansuxiang", "bsx" },
	{ "发动机", "fadongji", "fdj" },
	{ "涡轮增压器", "wolunzengyaqi", "wlzyq" },
	{ "正时链条", "zhengshiliantiao", "zslt" },
	{ "减震器", "jianzhenqi", "jzq" },
	{ "横向稳定杆", "hengxiangwendinggan", "hxwdg" },
	{ "转向机", "zhuanxiangji", "zxj" },
	{ "单向阀", "danxiangfa", "dxf" },
	{ "解码器", "jiemaqi", "jmq" },
	{ "蓄电池", "xudianchi", "xdc" },
	{ "雨刮片", "yuguapian", "ygp" },
	{ "后视镜", "houshijing", "hsj" },
	{ "挡泥板", "dangniban", "dnb" },
	{ "密封圈", "mifengquan", "mfq" },
	{ "夹具", "jiaju", "jj" },
	{ "外壳", "waike", "wk" },
	{ "模具", "moju", "mj" },
	{ "钣金", "banjin", "bj" },
	{ "喷漆", "penqi", "pq" },
	{ "间隙", "jianxi", "jx" },
	{ "着火", "zhaohuo", "zh" },
	{ "着车", "zhaoche", "zc" },
	{ "还车", "huanche", "hc" },
	{ "倒车雷达", "daocheleida", "dcld" },
	{ "三角臂", "sanjiaobi", "sjb" },
	{ "粘性联轴器", "nianxinglianzhouqi", "nxlzq" },
	{ "粘贴", "zhantie", "zt" },
	{ "龟裂", "junlie", "jl" },
	{ "卸载", "xiezai", "xz" },
	{ "六角锁紧螺母", "liujiaosuojinluomu", "ljsjlm" },
	{ "绿色", "lvse", "ls" },
	{ "便宜", "pianyi", "py" },
	{ "参数", "canshu", "cs" },
};

static const struct reading places_and_makes[] = {
	{ "长安", "changan", "ca" },
	{ "长城", "changcheng", "cc" },
	{ "重庆", "chongqing", "cq" },
	{ "厦门", "xiamen", "xm" },
	{ "成都", "chengdu", "cd" },
	{ "西藏", "xizang", "xz" },
	{ "解放", "jiefang", "jf" },
	{ "标致", "biaozhi", "bz" },
	{ "奇瑞", "qirui", "qr" },
	{ "乐骋", "lecheng", "lc" },
	{ "比亚迪", "biyadi", "byd" },
	{ "重汽豪沃", "zhongqihaowo", "zqhw" },
	{ "长安马自达", "changanmazida", "camzd" },
};

/* As a name; the same characters elsewhere keep their usual reading. */
static const struct reading people[] = {
	{ "单志强", "shanzhiqiang", "szq" },
	{ "曾国庆", "zengguoqing", "zgq" },
	{ "解晓东", "xiexiaodong", "xxd" },
	{ "仇英", "qiuying", "qy" },
	{ "区志明", "ouzhiming", "ozm" },
	{ "查良镛", "zhaliangyong", "zly" },
	{ "任重", "renzhong", "rz" },
	{ "盖文", "gewen", "gw" },
	{ "朴志", "piaozhi", "pz" },
	{ "尉迟恭", "yuchigong", "ycg" },
	{ "万俟雪", "moqixue", "mqx" },
	{ "欧阳娜", "ouyangna", "oyn" },
	{ "长孙明", "zhangsunming", "zsm" },
	{ "王重阳", "wangchongyang", "wcy" },
	{ "单", "shan", "s" },
};

static const struct reading mixed[] = {
	{ "DOT4制动液 1L", "dot4zhidongye1l", "dot4zdy1l" },
	{ "5W-30机油", "5w30jiyou", "5w30jy" },
	{ "（原厂）ＡＢＣ１２", "yuanchangabc12", "ycabc12" },
	{ "大众·途观", "dazhongtuguan", "dztg" },
	{ "空 调", "kongtiao", "kt" },
	{ "😀é", "", "" },
	{ "", "", "" },
};

static void
check(const struct reading *expected, size_t n, bool is_person_name)
{
	struct arena arena;
	char *full, *initials;

	arena_init(&arena);
	for (size_t i = 0; i < n; i++) {
		pinyin_of(&arena, expected[i].text, is_person_name, &full, &initials);
		assert_string_equal(full, expected[i].full);
		assert_string_equal(initials, expected[i].initials);
	}
	arena_clear(&arena);
}

static void
test_words_of_the_trade(void **state)
{
	(void)state;
	check(trade, COUNT_OF(trade), false);
}

static void
test_places_and_makes(void **state)
{
	(void)state;
	check(places_and_makes, COUNT_OF(places_and_makes), false);
}

static void
test_surnames_of_people(void **state)
{
	static const struct reading no_person = { "单志强", "danzhiqiang", "dzq" };

	(void)state;
	check(people, COUNT_OF(people), true);
	check(&no_person, 1, false);
}

static void
test_latin_letters_digits_and_signs(void **state)
{
	(void)state;
	check(mixed, COUNT_OF(mixed), false);
	check(mixed, COUNT_OF(mixed), true);
}

static void
test_bad_bytes_and_no_text(void **state)
{
	struct arena arena;
	char *full, *initials;

	(void)state;
	arena_init(&arena);
	pinyin_of(&arena, "\xE7\xA9", false, &full, &initials);
	assert_string_equal(full, "");
	pinyin_of(&arena, "a\xFF空", false, &full, &initials);
	assert_string_equal(full, "akong");
	pinyin_of(&arena, NULL, true, &full, &initials);
	assert_string_equal(full, "");
	assert_string_equal(initials, "");
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_the_trade),
		cmocka_unit_test(test_places_and_makes),
		cmocka_unit_test(test_surnames_of_people),
		cmocka_unit_test(test_latin_letters_digits_and_signs),
		cmocka_unit_test(test_bad_bytes_and_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
