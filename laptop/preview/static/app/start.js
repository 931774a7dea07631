Lake.start();
