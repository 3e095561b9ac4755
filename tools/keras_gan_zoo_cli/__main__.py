from keras_gan_zoo_cli import main

if __name__ == "__main__":
    main()
