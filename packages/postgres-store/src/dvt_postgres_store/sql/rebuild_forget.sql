DELETE FROM dvt.rebuild
